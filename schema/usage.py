"""Usage: where it happens."""

from domain.usage import Surface
from schema.enums import show

__all__ = ["Surface"]

show(
    Surface,
    "Surface",
    "Where the person was when they used it.",
    {
        Surface.WEB: "A web page.",
        Surface.DESKTOP: "A desktop application.",
        Surface.MOBILE: "A mobile application.",
        Surface.API: "An API, called by the person's own program.",
        Surface.CLI: "A command line.",
    },
)
