# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import (
    test_append_only,
    test_booking,
    test_concurrency,
    test_contract,
    test_install,
    test_query_count,
    test_rounding_scopes,
    test_sale,
    test_ticket,
    test_tour,
)
