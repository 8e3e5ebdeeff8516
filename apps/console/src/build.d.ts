/** What vite.config.ts puts into the page. */
interface ImportMetaEnv {
  readonly WORKLET_URL: string
}
