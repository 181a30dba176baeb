"""Nodes: everything that has an id of its own (the Relay specification's `Node`)."""

import strawberry


@strawberry.interface(
    description=(
        "Something with an id. An id is readable and says what it is of: `wsp_…` a workspace, `wal_…` a wallet, "
        "`per_…` a person, `svc_…` a service account, `ses_…` a session, `exp_…` an export, `tsk_…` a task, "
        "`ent_…` an entry, `ntc_…` a notice, `ban_…` a banner, `ord_…` an order, `org_…` an organization, "
        "`mem_…` a member of one, `sea_…` a seat, `inv_…` an invitation, `key_…` an API key, `ref_…` a refusal."
    )
)
class Node:
    """Anything that `Query.node` finds."""

    id: strawberry.ID = strawberry.field(description="The id: unique among everything, and never given again.")
