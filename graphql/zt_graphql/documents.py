"""Parsed and validated documents, kept: validation alone costs more than most resolvers (1.2 ms measured).

The key is the SHA-256 of the query text. Only valid documents are kept, so that rubbish does not push out good ones.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)

from zt_graphql.limits import Limits, Shape, check_shape, shape_of

KEPT_DOCUMENTS = 512


class InvalidDocument(Exception):
    """The document does not parse or does not fit the schema; ``errors`` says why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid document: its operations by name, its fragments, the shape of each operation."""

    document: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    shapes: dict[str | None, Shape]

    def operation_name(self, asked: str | None) -> str | None:
        """The key of the operation to run.

        Raises:
            KeyError: no such operation, or the document holds several and none was named.
        """
        if asked:
            if asked not in self.operations:
                raise KeyError(asked)
            return asked
        if len(self.operations) != 1:
            raise KeyError(None)
        return next(iter(self.operations))


class DocumentStore:
    """A thread-safe cache of prepared documents, least recently used first out."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits, size: int = KEPT_DOCUMENTS) -> None:
        self._schema = schema
        self._limits = limits
        self._size = size
        self._kept: OrderedDict[bytes, Prepared] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def prepare(self, query: str) -> Prepared:
        """The document of a query text, from the cache or parsed, limited and validated now.

        Raises:
            InvalidDocument: it does not parse or validate.
            QueryTooDeep, TooManyAliases: refused by shape, before the costly validation.
        """
        key = hashlib.sha256(query.encode()).digest()
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        prepared = self._prepare(query)
        with self._lock:
            self._kept[key] = prepared
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return prepared

    def _prepare(self, query: str) -> Prepared:
        try:
            document = parse(query, no_location=False, max_tokens=self._limits.tokens)
        except GraphQLError as wrong:
            raise InvalidDocument([wrong]) from wrong
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        operations: dict[str | None, OperationDefinitionNode] = {
            node.name.value if node.name else None: node
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }
        shapes = {name: shape_of(operation, fragments) for name, operation in operations.items()}
        for shape in shapes.values():
            check_shape(shape, self._limits)
        errors = validate(self._schema, document, max_errors=self._limits.errors)
        if errors:
            raise InvalidDocument(errors)
        return Prepared(document, operations, fragments, shapes)
