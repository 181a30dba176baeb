"""Changing one's profile."""

from domain.authorization import permit
from domain.refusals import Refusal
from resolvers import ids
from resolvers.operation import Operation
from resolvers.persons import person
from resolvers.refusals import refusal_view
from schema.profile_mutations import UpdateProfileInput, UpdateProfilePayload
from services.profiles import NO_WORKSPACE, ProfileChange, update_profile


async def update_own_profile(operation: Operation, asked: UpdateProfileInput) -> UpdateProfilePayload:
    """Change the caller's own profile."""
    principal = operation.principal
    permit(principal, "Mutation.updateProfile")
    workspace_id = (
        ids.read(ids.WORKSPACE, asked.default_workspace_id) if asked.default_workspace_id is not None else None
    )
    if asked.default_workspace_id is not None and workspace_id is None:
        return _refused(operation, NO_WORKSPACE)
    change = ProfileChange(asked.display_name, asked.locale, asked.time_zone, workspace_id)
    done = await update_profile(operation.runtime, principal, change, asked.idempotency_key)
    if done.result.refused or principal.person_id is None:
        return _refused(operation, done.result.refused or NO_WORKSPACE)
    operation.loaders.persons.clear_all()  # one may have been read before, in the same operation
    viewer = await person(operation, principal.person_id)
    return UpdateProfilePayload(person=viewer, replayed=done.replayed, errors=[])


def _refused(operation: Operation, refusal: Refusal) -> UpdateProfilePayload:
    return UpdateProfilePayload(person=None, replayed=False, errors=[refusal_view(operation.catalog, refusal)])
