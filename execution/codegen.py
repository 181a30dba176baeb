"""A plan → Python source → one function.

Only success is generated. Whatever else happens raises, and graphql-core finishes the operation with the root
results at hand, so that errors are worded, located and propagated by the reference itself.

Every generated function takes the object `v`, the run `s` and the object's path `p` (None where nobody asks).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLOutputType, OperationType, get_named_type
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from graphql.type import is_abstract_type, is_leaf_type, is_list_type, is_non_null_type
from strawberry.types.field import StrawberryField

from execution.arguments import bind
from execution.inputs import Converter
from execution.leaves import PLAIN, fast_test, leaf_function
from execution.plan import FieldPlan, NotCompilable, ObjectPlan, dispatch_class
from execution.reference import Outcome
from execution.runtime import CAST, LISTS, Admission, check_list, check_result, other_type, settle, together


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled operation.

    `run` takes a `Run` and returns the data, or a coroutine of it where `asynchronous`; it raises whenever the
    answer is not plain success. `prepare` makes, in order, what `Run.prepared` must hold.
    """

    run: Callable[..., Any]
    asynchronous: bool
    prepare: tuple[Callable[[VariableValues], Mapping[str, Any]], ...]
    source: str


class Generator:
    """Writes the functions of one operation."""

    def __init__(self, schema: strawberry.Schema, converter: Converter, kind: OperationType) -> None:
        self._schema = schema
        self._converter = converter
        self._kind = kind
        self._lines: list[str] = []
        self._after: list[str] = []
        self._prepare: list[Callable[[VariableValues], Mapping[str, Any]]] = []
        self._count = 0
        self._names: dict[str, Any] = {
            "LISTS": LISTS,
            "Outcome": Outcome,
            "Path": Path,
            "PLAIN": PLAIN,
            "check_list": check_list,
            "check_result": check_result,
            "other_type": other_type,
            "settle": settle,
            "together": together,
        }

    def generate(self, root: ObjectPlan) -> Compiled:
        """The function for a whole operation."""
        self._root(root)
        source = "\n".join((*self._lines, *self._after, ""))
        # The source is made of names of our schema and of GraphQL names, which cannot hold anything but
        # letters, digits and underscores, inside quotes.
        exec(compile(source, "<compiled operation>", "exec"), self._names)  # noqa: S102 - see above
        return Compiled(self._names["run"], root.asynchronous, tuple(self._prepare), source)

    def _fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _keep(self, prefix: str, value: object) -> str:
        name = self._fresh(prefix)
        self._names[name] = value
        return name

    # Objects

    def _root(self, plan: ObjectPlan) -> None:
        serially = self._kind is OperationType.MUTATION
        body: list[str] = []
        answers: dict[str, str] = {}
        waiting: list[tuple[str, str]] = []
        for key, each in plan.fields.items():
            if isinstance(each, str):
                answers[key] = repr(each)
                continue
            function = self._field(each, "None", recorded=not each.event)
            result = answers[key] = self._fresh("r")
            if not each.asynchronous:
                body.append(f"{result} = {function}(v, s, None)")
            elif serially:
                body.append(f"{result} = await {function}(v, s, None)")
            else:
                waiting.append((result, f"{function}(v, s, None)"))
        body.extend(_awaiting(waiting))
        self._lines += [
            f"{'async ' if plan.asynchronous else ''}def run(s):",
            "    v = s.executor.root_value",
            *(f"    {line}" for line in body),
            f"    return {_dict(answers)}",
        ]

    def _object(self, plan: ObjectPlan, *, nullable: bool, known: type | None, asynchronous: bool) -> str:
        """A function completing one object; `known` is its class where that was looked at already."""
        name = self._fresh("o")
        body: list[str] = []
        if known is None:
            if nullable:
                body.append("if v is None: return None")
            admission = Admission(plan.type.is_type_of)
            classes = self._keep("k", admission.classes)
            cast = f" or hasattr(v, {CAST!r})" if plan.type.is_type_of else ""
            body.append(f"if v.__class__ not in {classes}{cast}: {self._keep('a', admission.admit)}(v)")
        answers: dict[str, str] = {}
        waiting: list[tuple[str, str]] = []
        for key, each in plan.fields.items():
            if isinstance(each, str):
                answers[key] = repr(each)
            elif each.asynchronous:
                result = answers[key] = self._fresh("r")
                waiting.append((result, f"{self._field(each, 'p', recorded=False)}(v, s, p)"))
            else:
                path = "None"
                if each.located:
                    path = self._fresh("p")
                    body.append(f"{path} = Path(p, {key!r}, {each.parent.name!r})")
                result = self._attribute(each)
                if not each.basic:
                    result = self._fresh("r")
                    body += [f"{result} = {self._call(each, path)}", self._checked(result, each, kept=False)]
                answers[key] = self._value(each.type, each, result, path, nullable=True)
        body.extend(_awaiting(waiting))
        self._lines += [
            f"{'async ' if asynchronous else ''}def {name}(v, s, p):",
            *(f"    {line}" for line in body),
            f"    return {_dict(answers)}",
        ]
        return name

    def _abstract(self, plan: FieldPlan, *, nullable: bool, asynchronous: bool) -> str:
        """A function finding out the object type by the class, and completing the object."""
        abstract: Any = get_named_type(plan.type)
        name, table = self._fresh("u"), self._fresh("t")
        branches: dict[type, str] = {}
        ambiguous: set[type] = set()
        for each in plan.objects.values():
            known = dispatch_class(each.type, abstract)
            if known is None or issubclass(known, Exception) or hasattr(known, "__await__"):
                continue
            if known in branches:
                ambiguous.add(known)
            branches[known] = self._object(each, nullable=False, known=known, asynchronous=asynchronous)
        self._after.append(
            f"{table} = {{"
            + ", ".join(
                f"{self._keep('c', known)}: {function}"
                for known, function in branches.items()
                if known not in ambiguous
            )
            + "}"
        )
        self._lines += [
            f"{'async ' if asynchronous else ''}def {name}(v, s, p):",
            *(["    if v is None: return None"] if nullable else []),
            f"    f = {table}.get(v.__class__)",
            f"    if f is None or hasattr(v, {CAST!r}): other_type(v)",
            f"    return {'await ' if asynchronous else ''}f(v, s, p)",
        ]
        return name

    # Fields

    def _field(self, plan: FieldPlan, path: str, *, recorded: bool) -> str:
        """A function resolving and completing one field; `recorded` results are not asked for again."""
        name = self._fresh("f")
        inner = "None"
        body: list[str] = []
        if plan.located:
            inner = "q"
            body.append(f"q = Path({path}, {plan.key!r}, {plan.parent.name!r})")
        if plan.event:
            call = "v"
        elif plan.basic:
            call = self._attribute(plan)
        else:
            call = self._call(plan, inner)
            if plan.strawberry.is_async:
                call = f"await {call}"
            elif plan.awaited:
                call = f"await settle({call})"
        if recorded:
            body += [
                "try:",
                f"    r = {call}",
                "except Exception as problem:",
                f"    s.outcomes[{plan.key!r}] = Outcome(None, problem, {plan.awaited})",
                "    raise",
                f"s.outcomes[{plan.key!r}] = Outcome(r, None, {plan.awaited})",
            ]
        else:
            body.append(f"r = {call}")
        if not (plan.basic or plan.event or plan.awaited):
            body.append(self._checked("r", plan, kept=recorded))
        if any(each.asynchronous for each in plan.objects.values()):
            body.append(f"return await {self._awaitable(plan.type, plan, nullable=True)}(r, s, {inner})")
        else:
            body.append(f"return {self._value(plan.type, plan, 'r', inner, nullable=True)}")
        self._lines += [
            f"{'async ' if plan.asynchronous else ''}def {name}(v, s, p):",
            *(f"    {line}" for line in body),
        ]
        return name

    def _attribute(self, plan: FieldPlan) -> str:
        name = plan.strawberry.python_name
        return f"v.{name}" if name.isidentifier() and not name.startswith("__") else f"getattr(v, {name!r})"

    def _checked(self, result: str, plan: FieldPlan, *, kept: bool) -> str:
        classes = self._keep("k", set(PLAIN) | {type(None)})
        site = self._keep("site", plan)
        return f"if {result}.__class__ not in {classes}: check_result({result}, {classes}, {site}, kept={kept})"

    def _call(self, plan: FieldPlan, path: str) -> str:
        """The expression that calls a field's resolver."""
        field = plan.strawberry
        resolver = field.base_resolver
        site = self._keep("site", plan)
        raw = (
            resolver is None
            or bool(field.extensions)
            or bool(self._schema.exception_handlers)
            or type(field).get_result is not StrawberryField.get_result
            or inspect.isasyncgenfunction(resolver.wrapped_func)
        )
        binding = bind(plan, self._schema, self._converter, raw=raw)
        info_class, known = self._keep("info", self._schema.config.info_class), self._keep("d", field)
        info = f"{info_class}(s.raw({site}, {path}), {known})"
        given: list[str] = []
        if raw or resolver is None:
            given = ["v", f"s.raw({site}, {path})"]
            function = self._keep("g", plan.definition.resolve)
        else:
            function = self._keep("g", resolver.wrapped_func)
            if resolver.self_parameter:
                given.append("v")
            given += [
                f"{parameter.name}=v" for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter
            ]
            if resolver.info_parameter:
                given.append(f"{resolver.info_parameter.name}={info}")
        if binding is not None:
            if binding.constant is not None:
                given.append(f"**{self._keep('c', binding.constant)}")
            elif binding.prepare is not None:
                self._prepare.append(binding.prepare)
                prepared = f"s.prepared[{len(self._prepare) - 1}]"
                if binding.convert is not None:
                    prepared = f"{self._keep('convert', binding.convert)}({prepared}, {info})"
                given.append(f"**{prepared}")
        return f"{function}({', '.join(given)})"

    # Values

    def _value(self, type_: GraphQLOutputType, plan: FieldPlan, value: str, path: str, *, nullable: bool) -> str:
        """The expression that completes a value in which nothing has to be awaited."""
        if is_non_null_type(type_):
            return self._value(type_.of_type, plan, value, path, nullable=False)
        if is_leaf_type(type_):
            return self._leaf(type_, value, nullable=nullable)
        if is_list_type(type_):
            items, item = self._fresh("x"), self._fresh("i")
            of = self._item(type_.of_type, plan, item, path)
            return (
                f"([{of} for {self._each(plan, item, items, path)}] if ({items} := {value}).__class__ in LISTS"
                f" else check_list({items}, {nullable}))"
            )
        return f"{self._composite(type_, plan, nullable=nullable, asynchronous=False)}({value}, s, {path})"

    def _each(self, plan: FieldPlan, item: str, items: str, path: str) -> str:
        return f"n{item}, {item} in enumerate({items})" if path != "None" and plan.located else f"{item} in {items}"

    def _item(self, type_: GraphQLOutputType, plan: FieldPlan, item: str, path: str) -> str:
        inner = f"Path({path}, n{item}, None)" if path != "None" and plan.located and plan.objects else "None"
        return self._value(type_, plan, item, inner, nullable=True)

    def _leaf(self, type_: Any, value: str, *, nullable: bool) -> str:
        function = self._keep("leaf", leaf_function(type_, nullable=nullable))
        fast = fast_test(type_)
        if fast is None:
            return f"{function}({value})"
        test, result, names = fast
        self._names.update(names)
        name = value
        first = value
        if not value.isidentifier():
            name = self._fresh("x")
            first = f"({name} := {value})"
        test = test.replace("{x}", first, 1).replace("{x}", name)
        return f"({result.replace('{x}', name)} if {test} else {function}({name}))"

    def _composite(self, type_: Any, plan: FieldPlan, *, nullable: bool, asynchronous: bool) -> str:
        if is_abstract_type(type_):
            return self._abstract(plan, nullable=nullable, asynchronous=asynchronous)
        if not isinstance(type_, GraphQLObjectType):  # pragma: no cover - there is no other output type
            raise NotCompilable
        return self._object(plan.objects[type_.name], nullable=nullable, known=None, asynchronous=asynchronous)

    def _awaitable(self, type_: GraphQLOutputType, plan: FieldPlan, *, nullable: bool) -> str:
        """A coroutine function that completes a value in which something has to be awaited."""
        if is_non_null_type(type_):
            return self._awaitable(type_.of_type, plan, nullable=False)
        if not is_list_type(type_):
            return self._composite(type_, plan, nullable=nullable, asynchronous=True)
        inner = self._awaitable(type_.of_type, plan, nullable=True)
        name = self._fresh("l")
        each, path = ("i in v", "None")
        if plan.located:
            each, path = "n, i in enumerate(v)", "Path(p, n, None)"
        self._lines += [
            f"async def {name}(v, s, p):",
            f"    if v.__class__ not in LISTS: return check_list(v, {nullable})",
            f"    return await together([{inner}(i, s, {path}) for {each}])",
        ]
        return name


def _awaiting(waiting: list[tuple[str, str]]) -> list[str]:
    if not waiting:
        return []
    if len(waiting) == 1:
        return [f"{waiting[0][0]} = await {waiting[0][1]}"]
    names, calls = zip(*waiting, strict=True)
    return [f"{', '.join(names)} = await together([{', '.join(calls)}])"]


def _dict(answers: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in answers.items()) + "}"
