# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What points of one account become in another, without losing value (design 4.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Transfer:
    """What happens to the rest of one lot.

    `amount_out` is the money that leaves with it, `amount_in` what arrives; None without money.
    They differ where a lot buys no whole point: its money then arrives with the next one.
    """

    lot_id: int
    points_out: int
    points_in: int
    amount_out: Decimal | None
    amount_in: Decimal | None
    expiry_date: date | None


def transfer(lots, value_of_grants, target_price=None):
    """Move what lots have left: ([`Transfer`], value that is no whole point, money of no point).

    Without `target_price` the points are the same ones elsewhere: they move one to one, with their
    money and expiry. Else their value buys points at that price: their money, or `value_of_grants`
    a point where they never had any. What one lot leaves over counts for the next, so that at
    most the last part of a single point is left.

    :param lots: the `Lot`s of a `Replay` in one currency, in the order in which they are drawn
    """
    moved, value_left, money_left = [], Decimal(0), None
    for lot in lots:
        if not lot.remaining:
            continue
        points_in, money = lot.remaining, lot.remaining_amount
        if target_price:
            value_left += lot.remaining * _decimal(value_of_grants) if money is None else money
            points_in = int(value_left // _decimal(target_price))
            value_left -= points_in * _decimal(target_price)
        if money is not None:
            money_left = (money_left or Decimal(0)) + money
        moved.append(
            Transfer(
                lot.entry_id,
                lot.remaining,
                points_in,
                money,
                money_left if points_in else None,
                lot.expiry_date,
            )
        )
        money_left = None if points_in else money_left
    return moved, value_left, money_left


def _decimal(number):
    return Decimal(str(number))
