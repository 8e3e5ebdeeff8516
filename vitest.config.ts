import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests run on the compiled output, so that what is tested is what ships. */
export default defineConfig({
  test: {
    include: [
      'packages/*/dist/**/*.test.js',
      'apps/*/dist/**/*.test.js',
      // What the page draws, without the page.
      'apps/*/dist-model/**/*.test.js',
      'test/dist/**/*.test.js',
      'bench/dist/**/*.test.js',
    ],
    // Left to itself it keeps a core free, which is half of a small machine.
    maxWorkers: availableParallelism(),
    // What is tested is loaded as Node loads it; only tests and their kits go through the test runner. And the AI SDK's
    // adapter, which loads a kit by itself: it must get the one that its test holds.
    server: {
      deps: { external: [/\/packages\/[^/]+\/dist\/(?!.*\.test|ai-sdk\/)/, /\/bench\/dist\/(?!.*\.test)/] },
    },
    testTimeout: 30_000,
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['packages/*/dist/**'], exclude: ['**/*.test.js'] },
  },
})
