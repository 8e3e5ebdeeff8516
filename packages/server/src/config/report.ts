import type { Paint } from './paint.js'
import type { Problem, Resolution } from './resolve.js'
import { settingGroups } from './settings.js'

/** The result of `parley config check` as lines for people. Colour is the caller's, through `paint`. */

export function configReport(resolution: Resolution, paint: Paint): string[] {
  const width = Math.max(...resolution.resolved.map(({ env }) => env.length))
  const lines: string[] = []
  for (const { title, keys } of settingGroups) {
    lines.push(paint.heading(title))
    for (const { key, env, source, shown } of resolution.resolved) {
      if (!keys.includes(key)) continue
      const winner = source === env ? '' : paint.faint(`  (${source})`)
      lines.push(`  ${env.padEnd(width)}  ${shown}${source === 'default' ? '' : winner}`)
    }
    lines.push('')
  }
  lines.push(...problemLines(resolution.problems, paint))
  return lines
}

export function problemLines(problems: readonly Problem[], paint: Paint): string[] {
  if (problems.length === 0) return [paint.good('The configuration is good.')]
  return problems.map(problem => {
    const mark = problem.level === 'error' ? paint.error('error') : paint.warning('warning')
    return `${mark}: ${problemText(problem)}`
  })
}

/** One clear sentence and its cure. */
export function problemText({ sentence, cure }: Problem): string {
  return `${sentence}. ${cure}`
}
