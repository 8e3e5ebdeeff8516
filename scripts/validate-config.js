// Checks the settings of a web voice deployment before it starts: `node scripts/validate-config.js`. Needs a build.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkDeployment } from '../packages/server/dist/config/deployment-profile.js'
import { readEnvironment } from '../packages/server/dist/config/environment.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { errors, warnings } = checkDeployment(readEnvironment(process.env, process.cwd()), root)
for (const warning of warnings) console.warn(warning)
for (const error of errors) console.error(error)
if (errors.length === 0) console.log('Configuration validation passed')
process.exitCode = errors.length === 0 ? 0 : 1
