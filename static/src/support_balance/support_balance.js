import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

// Loud only where staff must act: with points left, a quiet line is enough.
const CLASSES = {
    good: "text-success border-success-subtle",
    low: "text-bg-warning border-warning",
    overdrawn: "text-bg-danger border-danger",
};

/** What is left on the customer's account, beside the box in which staff answer them. */
export class SupportBalance extends Component {
    static template = "helpdesk_support_points.SupportBalance";
    static props = { record: Object };

    get isShown() {
        const { record } = this.props;
        return Boolean(record.resId && "support_balance" in record.data);
    }

    get account() {
        return this.props.record.data.support_contract_id;
    }

    get classes() {
        const { support_balance_state: state } = this.props.record.data;
        return (this.account && CLASSES[state]) || "text-bg-secondary";
    }

    get text() {
        const { support_balance: balance, support_balance_state: state } = this.props.record.data;
        if (!this.account) {
            return _t("No open support account: time stays unbooked");
        }
        if (state === "overdrawn") {
            return _t("Overdrawn by %s points", -balance);
        }
        return balance === 1 ? _t("1 point left") : _t("%s points left", balance);
    }
}
