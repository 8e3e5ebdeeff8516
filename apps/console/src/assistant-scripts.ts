/** The assistant for pages without a build, bundled by itself and served under the names such pages load it by. */
import { installPageGlobals } from '@parley/client/page-globals'

const { currentScript } = document
// The gateway is where the script comes from, whoever's page it is.
const origin = currentScript instanceof HTMLScriptElement ? new URL(currentScript.src).origin : undefined
installPageGlobals(globalThis, origin)
