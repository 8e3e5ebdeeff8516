import type { OpenMicrophone } from '@parley/react'

/** `@parley/react` brings the browser's own. */
export const openMicrophone: OpenMicrophone | undefined = undefined
