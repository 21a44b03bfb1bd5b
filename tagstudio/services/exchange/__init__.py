"""Judgements and suggestions out to files of other programs and back; one module per format, ``formats`` lists them."""

from tagstudio.services.exchange.export import Exported, export
from tagstudio.services.exchange.formats import FORMATS, Format
from tagstudio.services.exchange.importing import apply_import, plan_import, preview
from tagstudio.services.exchange.merge import plan_for, plan_merge
from tagstudio.services.exchange.options import ExportOptions
from tagstudio.services.exchange.plans import AddTag, Choices, Imported, ImportPlan, LeaveOut, MapTo, Preview

__all__ = [
    "FORMATS", "AddTag", "Choices", "ExportOptions", "Exported", "Format", "ImportPlan", "Imported", "LeaveOut",
    "MapTo", "Preview", "apply_import", "export", "plan_for", "plan_import", "plan_merge", "preview",
]  # fmt: skip
