/** The weather now and in the next days, from servers that answer as Open-Meteo does: a place's name, then a forecast. */

import type { Fact } from '@parley/core'
import { z } from 'zod'
import type { WeatherSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { isSpanish } from '../words.js'
import { fetchJson, garbage } from './fetch-json.js'
import { weatherQuestion } from './place-in.js'
import type { SourceWorld } from './source-world.js'
import { weatherCode } from './weather-code.js'

const placesSchema = z.object({
  results: z
    .array(
      z.object({
        name: z.string(),
        latitude: z.number(),
        longitude: z.number(),
        country: z.string().optional(),
      }),
    )
    .optional(),
})

const list = z.array(z.number().nullable())
const forecastSchema = z.object({
  utc_offset_seconds: z.number().default(0),
  current: z.object({
    time: z.number(),
    temperature_2m: z.number(),
    apparent_temperature: z.number().nullish(),
    weather_code: z.number().nullish(),
    wind_speed_10m: z.number().nullish(),
  }),
  daily: z
    .object({
      time: z.array(z.number()),
      weather_code: list,
      temperature_2m_max: list,
      temperature_2m_min: list,
      precipitation_probability_max: list.optional(),
    })
    .optional(),
})

type Forecast = z.output<typeof forecastSchema>

interface Place {
  readonly name: string
  readonly latitude: number
  readonly longitude: number
}

export function weatherSource(config: WeatherSourceConfig, world: SourceWorld): TimedSource {
  const { name, baseUrl, placesUrl, refetchMs, freshMs, timeoutMs, place: usual } = config
  const ask = (url: string, signal: AbortSignal) => fetchJson(world, { source: name, url, timeoutMs }, signal)

  async function placeOf(wanted: string, language: string, signal: AbortSignal): Promise<Place | undefined> {
    const query = new URLSearchParams({ name: wanted, count: '1', language, format: 'json' })
    const parsed = placesSchema.safeParse(await ask(`${placesUrl}/search?${query}`, signal))
    if (!parsed.success) throw garbage(name, parsed.error)
    const [found] = parsed.data.results ?? []
    if (found === undefined) return undefined
    return { ...found, name: found.country === undefined ? found.name : `${found.name}, ${found.country}` }
  }

  async function forecast({ latitude, longitude }: Place, signal: AbortSignal): Promise<Forecast> {
    const query = new URLSearchParams({
      latitude: String(latitude),
      longitude: String(longitude),
      current: 'temperature_2m,apparent_temperature,weather_code,wind_speed_10m',
      daily: 'weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max',
      timezone: 'auto',
      timeformat: 'unixtime',
      forecast_days: '3',
      ...(config.units === 'imperial' ? { temperature_unit: 'fahrenheit', wind_speed_unit: 'mph' } : {}),
    })
    const parsed = forecastSchema.safeParse(await ask(`${baseUrl}/forecast?${query}`, signal))
    if (!parsed.success) throw garbage(name, parsed.error)
    return parsed.data
  }

  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    wants(text, language) {
      const question = weatherQuestion(text, language)
      if (question === undefined) return undefined
      if (question.place !== undefined) return `${isSpanish(language) ? 'es' : 'en'}|${question.place}`
      if (usual === undefined) return undefined
      return typeof usual === 'string' ? `${isSpanish(language) ? 'es' : 'en'}|${usual}` : '|'
    },
    async fetch(key, signal) {
      const [language = '', wanted = ''] = key.split('|')
      const fixed = wanted === '' && typeof usual === 'object' ? usual : undefined
      const place = fixed ?? (await placeOf(wanted, language, signal))
      if (place === undefined) return []
      return factsOf(place, await forecast(place, signal), config)
    },
  }
}

function factsOf(
  place: Place,
  { current, daily, utc_offset_seconds }: Forecast,
  { name, units }: WeatherSourceConfig,
): readonly Fact[] {
  const degrees = units === 'imperial' ? '°F' : '°C'
  const speed = units === 'imperial' ? 'mph' : 'km/h'
  const asOfMs = current.time * 1000
  const felt = current.apparent_temperature
  const wind = current.wind_speed_10m
  const now = [
    `Weather now in ${place.name}: ${weatherCode(current.weather_code)}`,
    `${Math.round(current.temperature_2m)} ${degrees}`,
    ...(felt === undefined || felt === null ? [] : [`feels like ${Math.round(felt)}`]),
    ...(wind === undefined || wind === null ? [] : [`wind ${Math.round(wind)} ${speed}`]),
  ].join(', ')
  const days = (daily?.time ?? []).slice(0, 3).map((time, at) => {
    const rain = daily?.precipitation_probability_max?.[at]
    const [low, high] = [daily?.temperature_2m_min[at], daily?.temperature_2m_max[at]]
    return [
      `Forecast for ${place.name} on ${dateOf(time + utc_offset_seconds)}: ${weatherCode(daily?.weather_code[at])}`,
      ...(typeof low === 'number' && typeof high === 'number'
        ? [`${Math.round(low)} to ${Math.round(high)} ${degrees}`]
        : []),
      ...(typeof rain === 'number' ? [`${rain} % chance of rain`] : []),
    ].join(', ')
  })
  return [now, ...days].map(text => ({ source: name, text: `${text}.`, asOfMs }))
}

function dateOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  const weekday = date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
  return `${weekday}, ${date.toISOString().slice(0, 10)}`
}
