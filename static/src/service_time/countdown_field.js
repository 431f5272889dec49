import { Component, onWillUpdateProps } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatInstant, formatMinutes, minutesLeft, useTicker } from "./service_time";

const CLASSES = {
    missed: "text-bg-danger",
    at_risk: "text-bg-warning",
    running: "text-bg-success",
};

/** "Due in 1 h 20 min" of service time; it counts down while the service is open. */
export class CountdownField extends Component {
    static template = "helpdesk_support_points.CountdownField";
    static props = { ...standardFieldProps };

    setup() {
        this.ticker = useTicker();
        this.receivedAt = Date.now();
        onWillUpdateProps((next) => {
            if (this.countdown?.now !== next.record.data[next.name]?.now) {
                this.receivedAt = Date.now();
            }
        });
    }

    get countdown() {
        return this.props.record.data[this.props.name];
    }

    get isPaused() {
        return this.countdown.state === "paused";
    }

    get elapsedMs() {
        return Math.max(0, this.ticker.now - this.receivedAt);
    }

    get left() {
        return minutesLeft(this.countdown, this.elapsedMs);
    }

    get isOver() {
        return this.now > deserializeDateTime(this.countdown.due_at).toMillis();
    }

    get now() {
        return deserializeDateTime(this.countdown.now).toMillis() + this.elapsedMs;
    }

    get state() {
        if (this.countdown.state === "missed" || this.isOver) {
            return "missed";
        }
        const riskAt = deserializeDateTime(this.countdown.risk_at).toMillis();
        return this.now >= riskAt ? "at_risk" : "running";
    }

    get classes() {
        return CLASSES[this.state];
    }

    get icon() {
        return this.countdown.kind === "reaction" ? "fa-reply" : "fa-check";
    }

    get text() {
        if (this.left > 0) {
            return _t("due in %s", formatMinutes(this.left));
        }
        return this.left < 0 || this.isOver
            ? _t("overdue by %s", formatMinutes(-this.left))
            : _t("due now");
    }

    get title() {
        const time = formatInstant(this.countdown.due_at);
        return this.countdown.kind === "reaction"
            ? _t("First response due %s; the time left counts service hours only", time)
            : _t("Solution due %s; the time left counts service hours only", time);
    }
}

registry.category("fields").add("support_countdown", {
    component: CountdownField,
    displayName: _t("Countdown in service time"),
    supportedTypes: ["json"],
    label: _t("Time left"),
});
