import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes 20 s and more, longest first: begun last, one of them would keep one core and leave the other idle. */
const long = [
  'test/dist/docs',
  'test/dist/bad-input',
  'test/dist/operator',
  'test/dist/replay',
  'server/dist/cli',
  'local/pocketsphinx',
  'test/dist/door',
  'test/dist/calls',
  'test/dist/realtime',
  'test/dist/sim-command',
  'store/data-folder',
  'store/crash',
  'client/dist/console',
  'sim/dist/session-worlds',
  'test/dist/vendors',
  'after/killed-call',
  'test/dist/kill-nine',
  'store/full-disk',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = long.findIndex(name => moduleId.endsWith(`${name}.test.js`))
      return found < 0 ? long.length : found
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

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
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['packages/*/dist/**'], exclude: ['**/*.test.js'] },
  },
})
