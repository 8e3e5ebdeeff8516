import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, defineConfig, type Plugin } from 'vite'

const WORKLET_FILE = 'audio-worklet-processor.js'

/** The audio program as one file of its own: a worklet loads no chunks, and its address has to stay the same. */
async function bundleWorklet(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL('src/audio-worklet-processor.ts', import.meta.url)),
        formats: ['es'],
        fileName: () => WORKLET_FILE,
      },
    },
  })
  const [bundle] = Array.isArray(output) ? output : [output]
  const chunk = bundle && 'output' in bundle ? bundle.output[0] : undefined
  if (chunk === undefined) throw new Error('the audio worklet was not bundled')
  return chunk.code
}

const ASSISTANT_FILE = 'js/parley-assistant.js'

/** The assistant for pages that load it by a `<script>`: one classic script with all it needs. */
async function bundleAssistant(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      lib: {
        entry: fileURLToPath(new URL('src/assistant-scripts.ts', import.meta.url)),
        formats: ['iife'],
        name: 'ParleyAssistant',
        fileName: () => 'parley-assistant.js',
      },
    },
  })
  const [bundle] = Array.isArray(output) ? output : [output]
  const chunk = bundle && 'output' in bundle ? bundle.output[0] : undefined
  if (chunk === undefined) throw new Error('the assistant was not bundled')
  return chunk.code
}

function assistant(): Plugin {
  return {
    name: 'parley-assistant',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: ASSISTANT_FILE, source: await bundleAssistant() })
    },
  }
}

/** Its address is cached for long, so the page asks for it with a mark of its content. */
function audioWorklet(): Plugin {
  return {
    name: 'parley-audio-worklet',
    async config() {
      const mark = createHash('sha256')
        .update(await bundleWorklet())
        .digest('hex')
        .slice(0, 8)
      return { define: { 'import.meta.env.WORKLET_URL': JSON.stringify(`/${WORKLET_FILE}?v=${mark}`) } }
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: WORKLET_FILE, source: await bundleWorklet() })
    },
    configureServer(server) {
      server.middlewares.use(`/${WORKLET_FILE}`, (_request, response, next) => {
        bundleWorklet().then(code => {
          response.setHeader('content-type', 'text/javascript')
          response.end(code)
        }, next)
      })
    },
  }
}

export default defineConfig({
  plugins: [react(), audioWorklet(), assistant()],
  server: {
    proxy: {
      '/v1': { target: 'http://127.0.0.1:3000', ws: true },
      '/prosody': { target: 'http://127.0.0.1:3000', ws: true },
      '/api': { target: 'http://127.0.0.1:3000' },
    },
  },
  build: {
    target: 'es2022',
    // Data addresses are refused by the content security policy the gateway sends.
    assetsInlineLimit: 0,
    assetsDir: 'page',
    modulePreload: { polyfill: false },
  },
})
