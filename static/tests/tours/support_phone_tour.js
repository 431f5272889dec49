import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { patient } from "./patient_steps";

const { DateTime } = luxon;
// Two days ago, so that no hour of the day makes it a call of the future.
const received = DateTime.now().minus({ days: 2 }).startOf("minute");
const typed = (instant) => `edit ${instant.toFormat("MM/dd/yyyy HH:mm:ss")}`;

registry.category("web_tour.tours").add("helpdesk_support_points_phone", {
    url: "/odoo/helpdesk-tickets",
    steps: () => patient([
        {
            trigger: ".o_list_button_add, .o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] :is(input, textarea)",
            run: "edit The phone rang two days ago",
        },
        {
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Tour University",
        },
        {
            trigger: ".ui-autocomplete a:contains(Tour University)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=support_level_id] input",
            run: "edit 3rd",
        },
        {
            trigger: ".ui-autocomplete a:contains(3rd level)",
            run: "click",
        },
        {
            content: "The call came earlier than now",
            trigger: ".o_group .o_field_widget[name=received_at] :is(input, button)",
            run: "click",
        },
        {
            trigger: ".o_group .o_field_widget[name=received_at] input",
            run: typed(received),
        },
        {
            trigger: ".nav-link[name=description]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=description] .odoo-editor-editable",
            run: "editor Nobody can log in",
        },
        ...stepUtils.saveForm(),
        {
            content: "Without answer so far, the first response is assured",
            trigger: ".o_field_widget[name=support_due] .o_support_countdown",
        },
        {
            content: "We called back ten minutes later",
            trigger: ".o_statusbar_buttons button:contains(Log a Call)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=called_at] :is(input, button)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=called_at] input",
            run: typed(received.plus({ minutes: 10 })),
        },
        {
            trigger: ".modal .o_field_widget[name=summary] input",
            run: "edit Reset the password together",
        },
        {
            trigger: ".modal .o_field_widget[name=duration] input",
            run: "edit 0:10",
        },
        {
            trigger: ".modal button[name=action_log]",
            run: "click",
        },
        {
            trigger: "body:not(.modal-open) .nav-link[name=service_time]",
            run: "click",
        },
        {
            content: "The call of that time keeps the promise",
            trigger:
                ".o_support_replay tr:contains(First response) .text-bg-success:contains(Kept)",
        },
        {
            content: "What the customer was told stays inside",
            trigger: ".o-mail-Message:contains(Reset the password together)",
        },
    ]),
});
