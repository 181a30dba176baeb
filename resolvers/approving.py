"""Answers about approved clients: the list, its publication, violations, and restricted API keys."""

from collections.abc import Sequence

from domain.authorization import permit
from domain.clients import ClientList
from resolvers import ids
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.approving import (
    ApprovedClient,
    ApprovedClientInput,
    ApprovedClientList,
    ClientListDryRun,
    ClientSecret,
    ClientUse,
    ClientViolation,
    KeyRestriction,
    LiftRestrictionInput,
    LiftRestrictionPayload,
    PublishClientListInput,
    PublishClientListPayload,
    RestrictApiKeyInput,
    RestrictApiKeyPayload,
)
from schema.refusals import Refusal
from services import client_dry_runs, clients, key_restrictions, violations
from services.clients import NewClient
from services.key_restrictions import RestrictionChanged


class ApprovingQueries(Operation):
    """Answers queries about approved clients."""

    @telling
    async def approved_clients(self) -> ApprovedClientList:
        """Tell the list in force."""
        permit(self.principal, "Query.approvedClients")
        return _list_view(await clients.client_list(self.runtime))

    @telling
    async def dry_run_client_list(self, clients: list[ApprovedClientInput], days: int) -> ClientListDryRun:
        """Try a list."""
        tried = await client_dry_runs.dry_run_client_list(self.runtime, self.principal, _new_clients(clients), days)
        return ClientListDryRun(
            since=tried.since,
            until=tried.until,
            requests=tried.requests,
            persons=tried.persons,
            refused=[_use_view(use) for use in tried.refused],
            allowed=[_use_view(use) for use in tried.allowed],
        )

    @telling
    async def viewer_violations(self) -> list[ClientViolation]:
        """Find the newest violations of the caller's API keys."""
        return [
            ClientViolation(
                at=row.at,
                client=row.client,
                why=row.why,
                product=row.product,
                surface=row.surface,
                key_id=ids.write(ids.API_KEY, row.key_id),
                key_hint=row.hint,
                lifted_at=row.lifted_at,
            )
            for row in await violations.violations_of_viewer(self.runtime, self.principal)
        ]


class ApprovingMutations(Operation):
    """Answers mutations about approved clients and restricted API keys."""

    @telling
    async def publish_client_list(self, asked: PublishClientListInput) -> PublishClientListPayload:
        """Publish the next version of the list."""
        listed = _new_clients(asked.clients)
        done = await clients.publish_client_list(
            self.runtime, self.principal, listed, asked.reason, asked.idempotency_key
        )
        refused = done.published.result.refused
        return PublishClientListPayload(
            client_list=_list_view(done.list) if done.list else None,
            secrets=[ClientSecret(client_id=id_, secret=secret) for id_, secret in done.secrets.items()],
            replayed=done.published.replayed,
            errors=[refusal_view(self.catalog, refused)] if refused else [],
        )

    @telling
    async def lift_restriction(self, asked: LiftRestrictionInput) -> LiftRestrictionPayload:
        """Free an API key."""
        permit(self.principal, "Mutation.liftRestriction")
        key_id = ids.read(ids.API_KEY, asked.api_key_id)
        done = await key_restrictions.lift_restriction(
            self.runtime, self.principal, key_id, asked.reason, key=asked.idempotency_key
        )
        restriction, errors = self._shown(done.result)
        return LiftRestrictionPayload(restriction=restriction, replayed=done.replayed, errors=errors)

    @telling
    async def restrict_api_key(self, asked: RestrictApiKeyInput) -> RestrictApiKeyPayload:
        """Restrict an API key."""
        permit(self.principal, "Mutation.restrictApiKey")
        key_id = ids.read(ids.API_KEY, asked.api_key_id)
        done = await key_restrictions.restrict_key(
            self.runtime, self.principal, key_id, asked.reason, key=asked.idempotency_key
        )
        restriction, errors = self._shown(done.result)
        return RestrictApiKeyPayload(restriction=restriction, replayed=done.replayed, errors=errors)

    def _shown(self, result: RestrictionChanged) -> tuple[KeyRestriction | None, list[Refusal]]:
        """Show how the change left the key, later changes aside."""
        if result.refused or result.key_id is None:
            return None, [refusal_view(self.catalog, result.refused or key_restrictions.NO_KEY)]
        id_ = ids.write(ids.API_KEY, result.key_id)
        return KeyRestriction(api_key_id=id_, restricted_at=result.restricted_at, because=result.because), []


def _new_clients(asked: Sequence[ApprovedClientInput]) -> list[NewClient]:
    return [NewClient(each.client_id, each.name, each.proof, each.renew_secret) for each in asked]


def _list_view(list_: ClientList) -> ApprovedClientList:
    shown = [ApprovedClient(client_id=each.id, name=each.name, proof=each.proof) for each in list_.clients]
    return ApprovedClientList(version=list_.version, published_at=list_.published_at, clients=shown)


def _use_view(use: client_dry_runs.ClientUse) -> ClientUse:
    return ClientUse(client=use.client or None, verdict=use.why, requests=use.requests, persons=use.persons)
