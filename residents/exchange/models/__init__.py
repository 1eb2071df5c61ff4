from residents.exchange.models.export import (
    ExchangeFigure,
    ExportRow,
    ExportRun,
    ExportTemplate,
    FieldEntitlement,
)
from residents.exchange.models.report import (
    ReportForm,
    ReportLine,
    ReportRefusal,
    ReportRequest,
    TypedAgain,
)

__all__ = [
    "ExchangeFigure",
    "ExportRow",
    "ExportRun",
    "ExportTemplate",
    "FieldEntitlement",
    "ReportForm",
    "ReportLine",
    "ReportRefusal",
    "ReportRequest",
    "TypedAgain",
]
