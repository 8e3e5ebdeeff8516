/**
 * Whose each phone number is, which agent answers it, and what a tenant's calls may be: from `PARLEY_PHONE`, a YAML file,
 * and from settings for all that it does not say.
 *
 * ```yaml
 * numbers:
 *   '+12025550100': { tenant: acme, agent: front-desk, language: en, record: true }
 * tenants:
 *   acme:
 *     from: '+12025550100'
 *     atOnce: 5
 *     perSecond: 1
 *     hours: { mon: ['09:00-14:00', '16:00-20:00'], sat: ['10:00-13:00'] }
 *     budgetPerDay: 20
 * ```
 */

import { readFile } from 'node:fs/promises'
import { dialledNumber } from '@parley/calls'
import { ParleyError } from '@parley/core'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import type { Config } from '../config/settings.js'

const phone = z.string().regex(dialledNumber, 'is no number; write it as in "+12025550100"')
const window = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, 'is no time; write it as in 09:00-17:30')
const windows = z.array(window).exactOptional()

const hoursShape = z.strictObject({
  mon: windows,
  tue: windows,
  wed: windows,
  thu: windows,
  fri: windows,
  sat: windows,
  sun: windows,
})

const numberShape = z.strictObject({
  tenant: z.string().min(1).max(200).exactOptional(),
  agent: z.string().min(1).exactOptional(),
  language: z.string().min(2).exactOptional(),
  record: z.boolean().exactOptional(),
})

const tenantShape = z.strictObject({
  from: phone.exactOptional(),
  atOnce: z.int().min(1).exactOptional(),
  perSecond: z.number().positive().exactOptional(),
  hours: hoursShape.exactOptional(),
  budgetPerDay: z.number().positive().exactOptional(),
  maxAttempts: z.int().min(1).max(20).exactOptional(),
})

const fileShape = z.strictObject({
  numbers: z.record(phone, numberShape).default({}),
  tenants: z.record(z.string().min(1).max(200), tenantShape).default({}),
})

export type TenantPlan = z.output<typeof tenantShape>

export interface AnsweredNumber {
  readonly tenant: string
  /** The first agent of the language without. */
  readonly agent?: string
  readonly language?: string
  readonly record: boolean
}

export interface PhoneNumbers {
  /** Who answers calls to this number. */
  answers(number: string): AnsweredNumber
  tenant(name: string): TenantPlan
  /** The number that is shown to whoever is called; undefined where none is known. */
  callerId(tenant: string): string | undefined
  /** Those that are listed. */
  readonly all: readonly string[]
  /** Agents that are named, with their place, to be checked. */
  readonly agents: readonly string[]
}

type NumberSettings = Pick<
  Config,
  'phoneFile' | 'phoneTenant' | 'phoneNumber' | 'authRequired' | 'jwtSecret' | 'jwksUrl' | 'recordCalls'
>

/** The emulator's number of this gateway. */
export const EMULATED_NUMBER = '+12025550100'

/** @throws ParleyError `bad_config` naming what is wrong in the file */
export async function readPhoneNumbers(config: NumberSettings, emulated: boolean): Promise<PhoneNumbers> {
  const { phoneFile, phoneNumber, recordCalls } = config
  const file = phoneFile === undefined ? fileShape.parse({}) : await readPhoneFile(phoneFile)
  const needsTokens = config.authRequired || config.jwtSecret !== undefined || config.jwksUrl !== undefined
  const usualTenant = config.phoneTenant ?? (needsTokens ? 'default' : 'local')
  const usualNumber = phoneNumber ?? (emulated ? EMULATED_NUMBER : undefined)
  return {
    answers(number) {
      const { tenant = usualTenant, record = recordCalls, ...rest } = file.numbers[number] ?? {}
      return { tenant, record, ...rest }
    },
    tenant: name => file.tenants[name] ?? {},
    callerId: tenant => file.tenants[tenant]?.from ?? usualNumber,
    all: Object.keys(file.numbers),
    agents: Object.values(file.numbers).flatMap(({ agent }) => agent ?? []),
  }
}

async function readPhoneFile(path: string): Promise<z.output<typeof fileShape>> {
  let data: unknown
  try {
    data = parse(await readFile(path, 'utf8')) ?? {}
  } catch (cause) {
    const reason = cause instanceof YAMLParseError || cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `PARLEY_PHONE cannot be read (${reason})`, { cause })
  }
  const parsed = fileShape.safeParse(data)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path: at, message }) => `${path}: ${at.join('.')}: ${message}`)
  throw new ParleyError('bad_config', lines.join('\n'))
}
