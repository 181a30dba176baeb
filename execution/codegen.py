"""A plan → Python source → one function.

Only success is generated. Whatever else happens raises, and graphql-core finishes the operation with the root
results at hand, so that errors are worded, located and propagated by the reference itself.

Every generated function takes the object `v`, the run `s` and the object's path `p` (None where nobody asks).
"""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLOutputType, OperationType, get_named_type
from graphql.pyutils import Path
from graphql.type import is_abstract_type, is_leaf_type, is_list_type, is_non_null_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from execution.arguments import Binding, bind
from execution.leaves import Anomaly, fast_test, leaf_function
from execution.plan import DEFINITION, FieldPlan, NotCompilable, ObjectPlan, dispatch_class
from execution.runtime import admit, check_list, check_result, nobody, other_type, together
"""placeholder"""
