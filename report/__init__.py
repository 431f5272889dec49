# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import (
    ir_actions_report,
    report_support_statement,
    support_guarantee_report,
    support_statement_xlsx,
)
