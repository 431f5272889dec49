import { Chatter } from "@mail/chatter/web_portal/chatter";
import { SupportBalance } from "./support_balance";

Chatter.components = { ...Chatter.components, SupportBalance };
