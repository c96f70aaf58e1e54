"""Analyses statements by GoogleSQL's own analyser, compiled to WebAssembly: JSON in, JSON out."""

import json
import sys

from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.api.type_factory import TypeFactory
from zetasql.types import (
    AnalyzerOptions,
    LanguageOptions,
    TypeKind,
    ZetaSQLBuiltinFunctionOptions,
)


def type_of(kind):
    """A name of a type; in a list: an array of it; in a dict: a struct."""
    if isinstance(kind, list):
        return TypeFactory.create_array_type(type_of(kind[0]))
    if isinstance(kind, dict):
        return TypeFactory.create_struct_type([(key, type_of(one)) for key, one in kind.items()])
    return TypeFactory.create_simple_type(getattr(TypeKind, "TYPE_" + kind))


def main():
    asked = json.load(sys.stdin)
    language = LanguageOptions.maximum_features()
    table = TableBuilder(asked["table"])
    for name, kind in asked["columns"].items():
        table.add_column(name, type_of(kind))
    functions = ZetaSQLBuiltinFunctionOptions(language_options=language)
    catalog = CatalogBuilder("catalog").add_table(table.build()).with_builtin_functions(functions)
    built = catalog.build()
    answers = {}
    for name, query in asked["queries"].items():
        parameters = [
            AnalyzerOptions.QueryParameter(name=key, type=type_of(kind))
            for key, kind in query["parameters"].items()
        ]
        options = AnalyzerOptions(language_options=language, query_parameters=parameters)
        try:
            resolved = Analyzer.analyze_statement_static(query["statement"], options, built)
            answers[name] = [column.name for column in resolved.output_column_list]
        except Exception as error:
            answers[name] = str(error)
    json.dump(answers, sys.stdout)


main()
