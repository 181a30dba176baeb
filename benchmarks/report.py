"""Results: rows of a table with their medians and ratios, goals reached or not, and the same as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.rounds import Series, ratio


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: the median of its rounds, the least and the greatest; `ratio` is to the figure named in `over`."""

    name: str
    unit: str
    median: float
    least: float
    greatest: float
    rounds: int
    ratio: float | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """What must be reached, and what was measured."""

    text: str
    measured: float
    reached: bool


@dataclass(slots=True)
class Result:
    """What a section found. `notes` say how it was measured, and with what."""

    title: str
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, series: Series, name: str, unit: str, over: str | None = None) -> None:
        """Add a figure, with its ratio over another one of the same rounds if `over` names it."""
        values = series[name]
        compared = ratio(series, name, over) if over else None
        self.rows.append(Row(name, unit, median(values), min(values), max(values), len(values), compared, over))

    def aim(self, text: str, measured: float, *, reached: bool) -> None:
        """Add a goal, and whether it is reached with what was measured."""
        self.goals.append(Goal(text, measured, reached))


def show(console: Console, result: Result) -> None:
    """Print a section."""
    table = Table(title=result.title, title_justify="left", title_style="bold")
    table.add_column("figure")
    for heading in ("median", "least … greatest", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column("to")
    for row in result.rows:
        compared = _number(row.ratio) if row.ratio is not None else ""
        spread = f"{_number(row.least)} … {_number(row.greatest)}"
        table.add_row(row.name, f"{_number(row.median)} {row.unit}", spread, compared, row.over or "")
    console.print()
    console.print(table)
    for note in result.notes:
        console.print(f"  {note}", style="dim", highlight=False)
    for goal in result.goals:
        verdict = "[green]reached[/]" if goal.reached else "[red]NOT REACHED[/]"
        console.print(f"  {verdict}: {goal.text} (measured {_number(goal.measured)})", highlight=False)


def as_json(results: Sequence[Result]) -> list[dict[str, object]]:
    """Turn results into what a JSON encoder takes."""
    return [asdict(result) for result in results]


def _number(value: float) -> str:
    if value >= 1_000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value == int(value) else f"{value:.3g}"
