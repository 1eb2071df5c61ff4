from residents.exchange.models.batch import ImportBatch, LayoutMemory
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
from residents.exchange.models.row import ImportRow, MatchMemory

__all__ = [
    "ExchangeFigure",
    "ExportRow",
    "ExportRun",
    "ExportTemplate",
    "FieldEntitlement",
    "ImportBatch",
    "ImportRow",
    "LayoutMemory",
    "MatchMemory",
    "ReportForm",
    "ReportLine",
    "ReportRefusal",
    "ReportRequest",
    "TypedAgain",
]
