# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import support_log_call
from . import support_escalate
from . import support_closing_review
from . import support_closing_review_line
from . import support_points_adjust
from . import support_contract_close
from . import (
    support_balance_on,
    support_balance_on_line,
    support_opening_import,
    support_opening_import_line,
    support_prepaid_report,
    support_prepaid_report_line,
    support_statement_batch,
    support_statement_batch_line,
)
