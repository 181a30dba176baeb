"""What clients see: types, inputs, payloads, scalars, connections, and the description of everything (DESIGN.md §6).

Fields are attributes wherever they can be. A field that must be looked up asks the operation's context for it; each
file declares what it asks for as a protocol, and `resolvers.context.Context` answers all of them.
"""
