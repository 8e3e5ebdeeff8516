import { describe, expect, it } from 'vitest'
import { weatherSourceSchema } from '../context-config.js'
import { json, type Loopback, NOW, openLoopback, signal, testWorld, text } from '../loopback.test-kit.js'
import { weatherQuestion } from './place-in.js'
import { weatherSource } from './weather.js'

const server = await openLoopback()
const { world } = testWorld()
const sourceWith = (options: object = {}) =>
  weatherSource(
    weatherSourceSchema.parse({
      kind: 'weather',
      baseUrl: server.url,
      placesUrl: `${server.url}/places`,
      ...options,
    }),
    world,
  )

const places = { results: [{ name: 'Madrid', country: 'Spain', latitude: 40.4, longitude: -3.7 }] }
const forecast = {
  utc_offset_seconds: 3600,
  current: {
    time: NOW / 1000,
    temperature_2m: 11.6,
    apparent_temperature: 9.2,
    weather_code: 61,
    wind_speed_10m: 14.4,
  },
  daily: {
    time: [NOW / 1000 - 43_200, NOW / 1000 + 43_200],
    weather_code: [61, 0],
    temperature_2m_max: [13.1, 15],
    temperature_2m_min: [6.4, null],
    precipitation_probability_max: [80, 5],
  },
}
const both: Loopback['answer'] = (request, response) =>
  json(request.url?.startsWith('/places') ? places : forecast)(request, response)

describe('the weather', () => {
  it.each([
    ['what is the weather in madrid', 'en', 'madrid'],
    ['will it rain in new york tomorrow', 'en', 'new york'],
    ['do i need an umbrella in San Francisco this weekend please', 'en', 'san francisco'],
    ["what's the forecast for Los Angeles", 'en', 'los angeles'],
    ['is it cold outside', 'en', undefined],
    ['what will the weather be like in the morning', 'en', undefined],
    ['qué tiempo hace en Barcelona ahora mismo', 'es', 'barcelona'],
    ['va a llover mañana en La Paz', 'es', 'la paz'],
    ['el pronóstico para Palma de Mallorca por favor', 'es', 'palma de mallorca'],
    ['qué tiempo va a hacer hoy', 'es', undefined],
  ])('is asked for by "%s"', (said, language, place) => {
    expect(weatherQuestion(said, language)).toEqual({ place })
  })

  it.each([
    ['I have no time', 'en'],
    ['no tengo tiempo', 'es'],
    ['book a table in Madrid', 'en'],
  ])('is not asked for by "%s"', (said, language) => {
    expect(weatherQuestion(said, language)).toBeUndefined()
  })

  it('is told for the place that is named, with the time it held', async () => {
    server.answer = both
    const source = sourceWith()
    const key = source.wants('el tiempo en Madrid', 'es') ?? ''
    expect(key).toBe('es|madrid')
    const facts = await source.fetch(key, signal())
    expect(facts.map(fact => fact.text)).toEqual([
      'Weather now in Madrid, Spain: light rain, 12 °C, feels like 9, wind 14 km/h.',
      'Forecast for Madrid, Spain on Thursday, 2026-01-15: light rain, 6 to 13 °C, 80 % chance of rain.',
      'Forecast for Madrid, Spain on Friday, 2026-01-16: clear sky, 5 % chance of rain.',
    ])
    expect(new Set(facts.map(({ asOfMs }) => asOfMs))).toEqual(new Set([NOW]))
    expect(server.asked.slice(-2)[0]).toBe('/places/search?name=madrid&count=1&language=es&format=json')
  })

  it('is that of the usual place where none is named, and of none without', async () => {
    server.answer = both
    const fixed = sourceWith({ place: { name: 'the hotel', latitude: 1, longitude: 2 }, units: 'imperial' })
    const key = fixed.wants('is it raining', 'en') ?? ''
    const [now] = await fixed.fetch(key, signal())
    expect(now?.text).toContain('in the hotel: light rain, 12 °F')
    expect(server.asked.at(-1)).toContain('latitude=1&longitude=2')
    expect(sourceWith({ place: 'Lugo' }).wants('is it raining', 'en')).toBe('en|Lugo')
    expect(sourceWith().wants('is it raining', 'en')).toBeUndefined()
  })

  it('is nothing for a place that nobody knows', async () => {
    server.answer = json({ generationtime_ms: 1 })
    expect(await sourceWith().fetch('en|nowhere', signal())).toEqual([])
  })

  it.each([
    ['garbage', text('{"results":')],
    ['another shape', json({ results: [{ name: 1 }] })],
    ['a refusal', text('no', 503)],
  ])('fails with %s', async (_, answer) => {
    server.answer = answer
    await expect(sourceWith().fetch('en|madrid', signal())).rejects.toMatchObject({ code: 'context_failed' })
  })
})
