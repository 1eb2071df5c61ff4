from residents.exchange.models.export import (
    ExchangeFigure,
    ExportRow,
    ExportRun,
    ExportTemplate,
    FieldEntitlement,
)

__all__ = [
    "ExchangeFigure",
    "ExportRow",
    "ExportRun",
    "ExportTemplate",
    "FieldEntitlement",
]
