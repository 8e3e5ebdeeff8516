import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atPointer, pickFrom } from './json-pick.js'
import { isPrivateHost } from './private-host.js'
import { fillAllSecrets, fillHeaders } from './secrets.js'
import { fillUrl, placesIn, templateFault } from './url-template.js'

describe('an address with places', () => {
  const template = 'https://shop.example:8443/a/{one}/b?x={two}&y={three}-{one}&z=1'

  it('stays on its host and in its path, whatever the arguments are', () => {
    const nasty = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '.', '/', '//evil', '?', '#', '@evil', '%2e%2e', '\\', ''),
    )
    fc.assert(
      fc.property(nasty, nasty, nasty, (one, two, three) => {
        let url: URL
        try {
          url = new URL(fillUrl(template, { one, two, three }))
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_message' })
          return
        }
        expect(url.host).toBe('shop.example:8443')
        expect(url.pathname.split('/')).toHaveLength(4)
        expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(one)
        expect([...url.searchParams]).toEqual([
          ['x', two],
          ['y', `${three}-${one}`],
          ['z', '1'],
        ])
        expect(url.hash).toBe('')
      }),
    )
  })

  it('leaves a parameter out whose argument is missing, and misses every other', () => {
    expect(fillUrl('https://a.example/?x={x}&y={y}', { y: 2 })).toBe('https://a.example/?y=2')
    expect(fillUrl('https://a.example/l?x={x}', {})).toBe('https://a.example/l')
    expect(() => fillUrl('https://a.example/{x}', {})).toThrow('"x" is missing')
    expect(placesIn(template)).toEqual(['one', 'two', 'three'])
  })

  it.each([
    'https://{host}/',
    'https://a.{x}.example/',
    'https://a.example:{port}/',
    '//a.example/',
    'ftp://a.example/',
    'https://u:p@a.example/',
    'https://a.example{x}/',
    'https://a.example/{',
    'https://a.example/{two words}',
    '',
  ])('is none: "%s"', bad => {
    expect(templateFault(bad)).toBeTypeOf('string')
  })

  it('may be a host alone', () => {
    for (const good of ['https://a.example', 'http://localhost:80/{x}', 'https://a.example?x={x}'])
      expect(templateFault(good)).toBeUndefined()
  })
})

describe('a host', () => {
  it.each([
    ...[
      'localhost',
      'a.localhost',
      'printer',
      'db.internal',
      'x.local',
      'x.local.',
      '127.0.0.1',
      '127.9.9.9',
    ],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
    ],
    ...[
      '224.0.0.1',
      '255.255.255.255',
      '198.18.0.1',
      '192.0.2.1',
      '[::1]',
      '::',
      'fe80::1',
      'fd00::1',
      'ff02::1',
    ],
    ...[
      '::ffff:10.0.0.1',
      '[::ffff:7f00:1]',
      '64:ff9b::10.0.0.1',
      '2002:a00:1::',
      '2001:db8::1',
      '2001:0:1::',
    ],
    ...['fe80::1%eth0', ':::', '1:2:3'],
  ])('is private: %s', host => {
    expect(isPrivateHost(host)).toBe(true)
  })

  it.each([
    ...[
      'example.com',
      'a.example.org.',
      '93.184.216.34',
      '172.32.0.1',
      '100.128.0.1',
      '192.169.0.1',
      '11.0.0.1',
    ],
    ...['[2606:2800:220:1::1]', '2a00::1', '::ffff:93.184.216.34', '2002:5db8:d822::', '1.2.3.4.example.com'],
  ])('is public: %s', host => {
    expect(isPrivateHost(host)).toBe(false)
  })

  it('is judged as the address parser of the platform reads it', () => {
    for (const written of ['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://[0:0::1]/'])
      expect(isPrivateHost(new URL(written).hostname)).toBe(true)
  })
})

describe('a pointer into JSON', () => {
  it('finds every value by the way to it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), fc.jsonValue(), (path, value) => {
        const whole = path.reduceRight<unknown>(
          (inner, key) => ({ [key]: inner, other: 1, ...(key === 'other' ? { other: inner } : {}) }),
          value,
        )
        const pointer = path.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
        const plain = path.includes('__proto__') ? undefined : atPointer(whole as never, pointer)
        if (!path.includes('__proto__')) expect(plain).toEqual(value)
      }),
    )
  })

  it('finds nothing that is inherited, out of range or not there', () => {
    for (const pointer of [
      '/toString',
      '/__proto__',
      '/list/2',
      '/list/-1',
      '/list/01',
      '/list/length',
      '/a/b/c',
    ])
      expect(atPointer({ list: [1, 2], a: null }, pointer)).toBeUndefined()
    expect(pickFrom({ a: 1, b: 2 }, { x: 'a', y: '/c' })).toEqual({ x: 1 })
    expect(pickFrom({ a: 1 }, { y: '/c' })).toBeUndefined()
    expect(pickFrom({ a: 1 }, undefined)).toEqual({ a: 1 })
  })
})

describe('a secret', () => {
  it('fills its place, and is missed by the name of its variable', () => {
    const secretOf = (name: string) => (name === 'KEY' ? 'x' : undefined)
    expect(fillAllSecrets({ a: `Bearer \${KEY}`, b: '$KEY' }, secretOf)).toEqual({ a: 'Bearer x', b: '$KEY' })
    expect(() => fillAllSecrets({ a: `\${OTHER}` }, secretOf)).toThrow('OTHER is not set')
  })

  it('that no header can hold is refused, by the name of its variable alone', () => {
    const secretOf = (name: string) =>
      name === 'LINES' ? 'sesame\nopen' : name === 'FAR' ? 'сезам' : 'open\n'
    for (const name of ['LINES', 'FAR']) {
      const fill = () => fillHeaders({ authorization: `Bearer \${${name}}` }, secretOf)
      expect(fill).toThrow(`"authorization"`)
      expect(fill).toThrow(`check Bearer \${${name}}.`)
    }
    expect(fillHeaders({ a: `Bearer \${END}` }, secretOf)).toEqual({ a: 'Bearer open\n' })
  })
})
