import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatMinutes } from "./service_time";

/** Minutes as "1 h 20 min", for reading. */
export class MinutesField extends Component {
    static template = "helpdesk_support_points.MinutesField";
    static props = { ...standardFieldProps };

    get text() {
        return formatMinutes(this.props.record.data[this.props.name]);
    }
}

registry.category("fields").add("support_minutes", {
    component: MinutesField,
    displayName: _t("Minutes"),
    supportedTypes: ["integer"],
});
