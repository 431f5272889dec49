# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import support_log_call
from . import support_closing_review
from . import support_closing_review_line
from . import support_points_adjust
from . import support_contract_close
