import { ParleyError } from '@parley/core'
import { type SimFault, type SimFaultKind, type SimStage, simFaultKinds, simStages } from '@parley/sim'

/**
 * A fault as it is written on a command line: `kind`, `kind@stage`, and then `after`, `times`, `retryAfterMs` or `code`
 * as `name=value`, all separated by commas: `drop@middle,after=3,times=1`. @throws ParleyError `bad_config`
 */
export function readFault(text: string): SimFault {
  const [what = '', ...rest] = text.split(',').map(each => each.trim())
  const [kind = '', stage = 'first'] = what.split('@')
  if (!isKind(kind)) throw wrong(`there is no fault "${kind}"; there are ${simFaultKinds.join(', ')}`)
  if (!isStage(stage)) throw wrong(`there is no stage "${stage}"; there are ${simStages.join(', ')}`)
  const numbers = Object.fromEntries(rest.map(readNumber))
  return { kind, stage, ...numbers }
}

const names = ['after', 'times', 'retryAfterMs', 'code'] as const

function readNumber(text: string): readonly [(typeof names)[number], number] {
  const [name = '', value = ''] = text.split('=')
  const known = names.find(each => each === name)
  if (known === undefined) throw wrong(`there is no "${name}" of a fault; there are ${names.join(', ')}`)
  if (!/^\d{1,6}$/.test(value)) throw wrong(`"${name}" of a fault must be a whole number, not "${value}"`)
  return [known, Number(value)]
}

function isKind(text: string): text is SimFaultKind {
  return simFaultKinds.some(kind => kind === text)
}

function isStage(text: string): text is SimStage {
  return simStages.some(stage => stage === text)
}

function wrong(sentence: string): ParleyError {
  return new ParleyError('bad_config', `--fault: ${sentence}`)
}
