# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
<<<<<<< HEAD
from . import support_log_call
=======
from . import support_closing_review
from . import support_closing_review_line
>>>>>>> 71f2c72 (Review closing days before they are written; keep them apart from the holidays of HR)
