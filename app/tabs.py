"""GraphiQL's tabs in development: ready to run with the demo's ids and credentials."""

import json

from domain.ids import public_id
from services.demo import ADA_PERSONAL, LABS_ORGANISATION, Demo
from web.graphiql import Boot, Tab

_WATCH = """\
# Watch Ada's wallet live. Run this (Ctrl-Enter), then open
# this page in a second window and run the tab "Consume":
# each charge arrives here as it is committed.
subscription Watch($workspaceId: ID!) {
  usageFeed(workspaceId: $workspaceId) {
    __typename
    ... on UsageSnapshot {
      cursor
      balance { asOfEntry credits { meter { id } used remaining } quotas { meter { id } used remaining resetsAt } }
    }
    ... on UsageChange {
      cursor
      entry {
        number
        kind
        amount
        unit
        balance { credits { meter { id } used remaining } quotas { meter { id } used remaining resetsAt } }
      }
    }
    ... on ResyncRequired { cursor reason }
  }
}
"""
_CONSUME = """\
# Report a chat message, as the chat back end does (see the
# service key under Headers). "{{uuid}}" under Variables
# becomes a new idempotency key at each run.
mutation Consume($input: ConsumeInput!) {
  consume(input: $input) {
    replayed
    entry { id number amount unit receipt { price charged draws { grantNumber amount } } }
    balance { asOfEntry credits { meter { id } used remaining } quotas { meter { id } used remaining resetsAt } }
    errors { code message limits { meter { id } limit used held remaining resetsAt } }
  }
}
"""
_VIEWER = """\
# Everything that a page needs to show Ada's quotas.
query Viewer {
  viewer {
    person { displayName }
    workspaces {
      id
      name
      kind
      role
      quotas { meter { name } pool granted used held remaining unit resetsAt asOfEntry }
      credits { meter { name } granted used held remaining unit asOfEntry }
      wallet { entries(last: 5) { edges { node { number kind at amount unit } } } }
    }
  }
}
"""
_START = """\
# Work in two steps: hold an estimate now, settle the actual
# with completeTask (or failTask, cancelTask) later.
mutation StartTask($input: StartTaskInput!) {
  startTask(input: $input) {
    task { id status held expiresAt }
    balance { quotas { meter { id } used held remaining } }
    errors { code message limits { meter { id } remaining resetsAt } }
  }
}
"""
_ORGANIZATION = """\
# Ada administers Example Labs. What would three more seats
# cost, and a whole organization? Order them with orderSeats
# and orderOrganization.
query Organization($organizationId: ID!) {
  organization(id: $organizationId) {
    name
    subscription { status endsAt autoRenews }
    seatCounts { total allocated unallocated pendingRelease }
    members(first: 10) { nodes { person { displayName } role } }
  }
  quoteSeats(organizationId: $organizationId, seats: 3) {
    quote { total { minor currency } lines { quantity days daysInTerm amount { minor } } }
    errors { code message }
  }
  quoteOrganization(seats: 5) { quote { total { minor currency } } }
}
"""


def demo_boot(demo: Demo) -> Boot:
    """Make the tabs of a development server."""
    ada = demo.people[0]
    person = json.dumps({"Authorization": f"Bearer {ada.token}"}, indent=2)
    service = json.dumps({"Authorization": f"Bearer {demo.service_token}"}, indent=2)
    wallet, organization = public_id("wal", ada.wallets[ADA_PERSONAL]), public_id("org", LABS_ORGANISATION)
    consume = {
        "walletId": wallet,
        "product": "chat-message",
        "quantity": "1",
        "surface": "WEB",
        "client": "graphiql",
        "idempotencyKey": "{{uuid}}",
    }
    start = {
        "walletId": wallet,
        "product": "work-task",
        "estimate": "1500",
        "surface": "DESKTOP",
        "client": "graphiql",
        "idempotencyKey": "{{uuid}}",
    }
    return Boot(
        tabs=(
            Tab("Watch", _WATCH, _variables(workspaceId=public_id("wsp", ADA_PERSONAL)), person),
            Tab("Consume", _CONSUME, _variables(input=consume), service),
            Tab("Viewer", _VIEWER, "", person),
            Tab("StartTask", _START, _variables(input=start), service),
            Tab("Organization", _ORGANIZATION, _variables(organizationId=organization), person),
        ),
        default_headers=person,
    )


def _variables(**values: object) -> str:
    return json.dumps(values, indent=2)
