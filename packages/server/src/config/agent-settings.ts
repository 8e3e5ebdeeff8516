import { list } from './kinds.js'
import { setting } from './setting.js'

const host = '[a-z0-9.-]+'
const isHost = (value: string) => value === '*' || new RegExp(`^${host}$`, 'i').test(value)
const isGrant = (value: string) => new RegExp(`^([^:@\\s]+:)?[A-Za-z_]\\w*@${host}$`, 'i').test(value)

/** What agents written in the console may do; files are the operator's own and may do anything. */
export const agentSettings = {
  agentHosts: setting({
    env: 'PARLEY_AGENT_HOSTS',
    kind: list('a comma-separated list of hosts such as shop.example (or *)', 'shop.example', isHost),
    default: [],
    doc: 'Hosts that tools and facts of agents written in the console may ask over HTTPS. `*` is any address, this network’s own too: only where all who have `admin` run the gateway.',
  }),
  agentVariables: setting({
    env: 'PARLEY_AGENT_VARIABLES',
    kind: list('a comma-separated list of NAME@host, or tenant:NAME@host', 'SHOP_KEY@shop.example', isGrant),
    default: [],
    doc: 'Variables whose value agents written in the console may send, each to its host alone; with `tenant:` before it, those of that tenant. The host may then be asked, too.',
  }),
}
