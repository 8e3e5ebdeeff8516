// Types, lint and format, and the direction of imports between packages.
import { build, checkNode, installDependencies, run } from './workspace.mjs'

checkNode()
installDependencies()
run('npx', ['--no-install', 'biome', 'ci', '.', '--error-on-warnings', '--max-diagnostics=40'])
run(process.execPath, ['scripts/check-imports.mjs'])
build(['--no-console'])
run('npx', ['--no-install', 'tsc', '-p', 'apps/console', '--noEmit'])
