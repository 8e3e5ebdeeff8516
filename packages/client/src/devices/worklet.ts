/** Loads the audio thread's program into a context, once per context and address. */
import { ClientError } from '../client-error.js'

/** Where every gateway serves it. */
export const WORKLET_PATH = '/audio-worklet-processor.js'

export interface WorkletSource {
  /** Address of `audio-worklet-processor.js`; default is that path of this page's origin. */
  readonly workletUrl?: string | URL
  /**
   * Fetches the file and loads it from a Blob URL: for gateways on another origin that allow `fetch` but not module
   * scripts. Needs `blob:` in the page's `script-src`.
   */
  readonly workletInline?: boolean
  /**
   * The program itself, bundled into one text, in the place of a file; loaded from a Blob URL, which needs `blob:` in
   * `script-src`.
   */
  readonly workletCode?: string
}

const CURE = 'check its address, the gateway’s CORS origins, and `script-src` of the page’s CSP'

const loaded = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>()

/** Resolves once the processors can be used in `context`; rejects with `unsupported` or `worklet-failed`. */
export function loadWorklet(context: BaseAudioContext, source: WorkletSource = {}): Promise<void> {
  if (context.audioWorklet === undefined) {
    const secure = globalThis.isSecureContext !== false
    return Promise.reject(new ClientError(secure ? 'unsupported' : 'insecure-page'))
  }
  const { workletCode } = source
  const url = workletCode === undefined ? String(source.workletUrl ?? WORKLET_PATH) : 'blob:'
  const ofContext = loaded.get(context) ?? new Map<string, Promise<void>>()
  loaded.set(context, ofContext)
  const known = ofContext.get(url)
  if (known) return known
  const adding =
    workletCode === undefined
      ? addModule(context, url, source.workletInline ?? false)
      : addCode(context, workletCode)
  const loading = adding.catch(cause => {
    ofContext.delete(url)
    throw new ClientError('worklet-failed', `The audio program could not be loaded from ${url}; ${CURE}.`, {
      cause,
    })
  })
  ofContext.set(url, loading)
  return loading
}

async function addModule(context: BaseAudioContext, url: string, inline: boolean): Promise<void> {
  if (!inline) return context.audioWorklet.addModule(url)
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return addCode(context, await response.text())
}

async function addCode(context: BaseAudioContext, code: string): Promise<void> {
  const blobUrl = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  try {
    await context.audioWorklet.addModule(blobUrl)
  } finally {
    URL.revokeObjectURL(blobUrl)
  }
}
