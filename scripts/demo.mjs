// A spoken conversation from a recording of a human voice, from nothing: installs, builds, starts, talks, stays up.
import { ensureDebianPackages, recogniserPackages } from './debian.mjs'
import { build, checkNode, installDependencies, root, run } from './workspace.mjs'

checkNode()
installDependencies()
ensureDebianPackages(recogniserPackages)
build()
run(process.execPath, [`${root}/packages/server/dist/cli.js`, 'demo', ...process.argv.slice(2)])
