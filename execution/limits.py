"""Every bound of the transport and of execution, each named with its unit (rules G6 and F8)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one endpoint. Nothing in this package grows beyond one of them.

    Attributes:
        body_bytes_max: largest HTTP request body; more is answered 413.
        body_bytes_discarded_max: bytes of a body that is too large that are still read (and thrown away), so that a
            client in the middle of sending can read the answer; beyond, the connection is cut.
        body_timeout_s: seconds in which the whole body must arrive; later is answered 408.
        query_chars_max: longest GraphQL document, in characters.
        query_tokens_max: most lexical tokens in a document.
        depth_max: deepest nesting of fields, fragments expanded.
        aliases_max: most aliased fields, fragments expanded.
        fields_max: most fields, fragments expanded.
        complexity_max: highest cost: fields, multiplied by the connection sizes around them.
        page_size_assumed: items counted for a connection whose size the document leaves open.
        variables_max: most entries in `variables`.
        variable_errors_max: most variable errors told in one answer.
        validation_errors_max: most validation errors told in one answer.
        socket_message_bytes_max: largest WebSocket message from a client; more closes it with 1009.
        operations_per_socket_max: most operations that run on one socket at a time.
        init_timeout_s: seconds from accept to an acknowledged `connection_init`; later closes with 4408.
        send_timeout_s: seconds that one message may wait for a client to read.
        heartbeat_s: seconds between comments on an SSE stream.
        documents_cache_entries_max: parsed and validated documents kept.
        documents_cache_chars_max: longest document that is kept; longer ones are parsed each time.
        plan_cache_entries_max: compiled operations kept.
        plan_functions_max: largest compiled operation, in generated functions; larger ones are interpreted.
        plan_conditions_max: most variables in `@skip` and `@include` of a compiled operation.
        uses_before_compiling: executions that are interpreted before compiling pays.
        shared_payloads_per_event_max: most different answers kept on one subscription event.
    """

    body_bytes_max: int = 1_000_000
    body_bytes_discarded_max: int = 20_000_000
    body_timeout_s: float = 30.0
    query_chars_max: int = 100_000
    query_tokens_max: int = 8_000
    depth_max: int = 20
    aliases_max: int = 100
    fields_max: int = 1_000
    complexity_max: int = 20_000
    page_size_assumed: int = 20
    variables_max: int = 100
    variable_errors_max: int = 20
    validation_errors_max: int = 20
    socket_message_bytes_max: int = 1_000_000
    operations_per_socket_max: int = 50
    init_timeout_s: float = 10.0
    send_timeout_s: float = 10.0
    heartbeat_s: float = 15.0
    documents_cache_entries_max: int = 500
    documents_cache_chars_max: int = 20_000
    plan_cache_entries_max: int = 500
    plan_functions_max: int = 500
    plan_conditions_max: int = 6
    uses_before_compiling: int = 1
    shared_payloads_per_event_max: int = 1_000
