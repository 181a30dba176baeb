"""What a newcomer and their scripts are told about the demo data."""

from rich.console import Console

from app.payments.offered import offered_payments
from app.runtime import open_runtime
from app.settings import Settings
from domain.ids import public_id
from services.demo import ADA_PERSONAL, LABS, LABS_ORGANISATION, Demo, load_demo


def demo_document(demo: Demo, settings: Settings) -> dict[str, object]:
    """Give ids and credentials as `allot demo --json` prints them."""
    return {
        "url": address(settings),
        "people": [
            {
                "id": public_id("per", person.id),
                "name": person.name,
                "token": person.token,
                "wallets": [
                    {"workspaceId": public_id("wsp", workspace), "walletId": public_id("wal", wallet)}
                    for workspace, wallet in person.wallets.items()
                ],
            }
            for person in demo.people
        ],
        "service": {"id": public_id("svc", demo.service), "token": demo.service_token},
        "operator": {"token": demo.operator_token},
        "workspaces": {"adaPersonal": public_id("wsp", ADA_PERSONAL), "exampleLabs": public_id("wsp", LABS)},
        "organizations": {"exampleLabs": public_id("org", LABS_ORGANISATION)},
    }


def address(settings: Settings) -> str:
    """Write the address of the API."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/graphql"


async def welcome(settings: Settings, dsn: str, console: Console) -> None:
    """Load the demo data and tell where to look, with which credentials."""
    async with open_runtime(dsn, settings.broker, offered=offered_payments(settings)) as runtime:
        demo = await load_demo(runtime, settings.signing_secret().reveal())
    url, ada = address(settings), demo.people[0]
    lines = (
        "",
        "  Allotment is starting, with demo data.",
        "",
        f"  GraphiQL   {url}",
        f"             in one window {url}#Watch, in another {url}#Consume",
        f"  as Ada     Authorization: Bearer {ada.token}",
        f"  as service Authorization: Bearer {demo.service_token}",
        "",
        "  Ctrl-C stops everything.",
        "",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
