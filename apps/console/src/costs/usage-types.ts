/** What was used of providers and what it cost, as the gateway's API tells it. */

export interface Used {
  readonly audioMs: number
  readonly characters: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
}

export interface UsageLine {
  readonly slot: 'stt' | 'llm' | 'tts' | 'realtime' | 'live'
  readonly provider: string
  readonly model: string | null
  readonly used: Used
  readonly wasted: Used
  readonly requests: number
  readonly uncounted: number
  readonly cost: number | null
  readonly wastedCost: number | null
}

export interface CostSum {
  readonly currency: string | null
  readonly cost: number | null
  readonly wastedCost: number | null
  readonly unpriced: readonly string[]
  readonly uncounted: number
}

export interface SessionUsage extends CostSum {
  readonly kept: boolean
  readonly lines: readonly UsageLine[]
}
