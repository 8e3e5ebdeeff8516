import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { exportJWK, exportSPKI, importPKCS8, SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { Remote } from './address.js'
import { createIdentity, type Identity } from './identity.js'
import { signToken } from './sign-token.js'

const secret = 'a secret of more than thirty-two characters'
const nowMs = Date.UTC(2030, 0, 1)
const far: Remote = { address: '203.0.113.9', forwarded: false, host: 'voice.example' }
const near: Remote = { address: '127.0.0.1', forwarded: false, host: 'localhost:3000' }
const identity = createIdentity({ secret, anonymousOnLoopback: true, epochMs: () => nowMs })

function sign(claims: object, header: object = { alg: 'HS256' }, key: string = secret): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part(header)}.${part(claims)}`
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

const seconds = nowMs / 1000
const refusal = { code: 'unauthenticated' }
const verify = (token: string | undefined, who: Identity = identity, remote = far) =>
  who.verify(token, remote)

describe('a token signed with the secret', () => {
  it('gives its tenant, subject and scopes', async () => {
    const token = await signToken({
      secret,
      tenant: 'acme',
      subject: 'ana',
      scopes: ['talk'],
      ttlSeconds: 60,
      epochMs: () => nowMs,
    })
    expect(await verify(token)).toEqual({
      tenant: 'acme',
      subject: 'ana',
      scopes: ['talk'],
      anonymous: false,
    })
  })

  it('belongs to the default tenant and may do everything ordinary when it says nothing', async () => {
    expect(await verify(sign({}))).toEqual({
      tenant: 'default',
      subject: 'unnamed',
      scopes: ['talk', 'sessions:read'],
      anonymous: false,
    })
  })

  it('keeps only the scopes this gateway knows', async () => {
    expect((await verify(sign({ scope: 'openid sessions:read offline_access' }))).scopes).toEqual([
      'sessions:read',
    ])
    expect((await verify(sign({ scopes: ['talk'] }))).scopes).toEqual(['talk'])
    expect((await verify(sign({ scope: 'calls:write' }))).scopes).toEqual(['calls:write'])
    expect((await verify(sign({ scope: '' }))).scopes).toEqual([])
  })

  it('holds within two seconds of its limits and not beyond', async () => {
    await expect(verify(sign({ exp: seconds - 1 }))).resolves.toBeDefined()
    await expect(verify(sign({ exp: seconds - 3 }))).rejects.toMatchObject(refusal)
    await expect(verify(sign({ nbf: seconds + 3 }))).rejects.toMatchObject(refusal)
  })

  it('is held to issuer and audience when they are configured', async () => {
    const strict = createIdentity({ secret, issuer: 'us', audience: 'voice', anonymousOnLoopback: false })
    await expect(verify(sign({ iss: 'us', aud: ['voice', 'mail'] }), strict)).resolves.toBeDefined()
    await expect(verify(sign({ iss: 'them', aud: 'voice' }), strict)).rejects.toMatchObject(refusal)
    await expect(verify(sign({ iss: 'us' }), strict)).rejects.toMatchObject(refusal)
  })
})

describe('an attack', () => {
  const attacks: Record<string, string> = {
    'alg none': `${sign({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
    'alg None with a signature': sign({}, { alg: 'None' }),
    'no alg': sign({}, {}),
    'a wrong secret': sign({}, { alg: 'HS256' }, 'another secret of more than thirty-two characters'),
    'HS512 announced over an HS256 signature': sign({}, { alg: 'HS512' }),
    'a kid that names a file': sign({}, { alg: 'HS256', kid: '/dev/null' }, ''),
    'an embedded key': sign({}, { alg: 'RS256', jwk: { kty: 'oct', k: 'AA' } }),
    'an unknown critical header': sign({}, { alg: 'HS256', crit: ['x'], x: 1 }),
    'an unencoded payload': sign({}, { alg: 'HS256', b64: false, crit: ['b64'] }),
    'a tenant that is an object': sign({ tenant_id: { $ne: '' } }),
    'a tenant with a path in it': sign({ tenant_id: '../other' }),
    'an empty tenant': sign({ tenant_id: '' }),
    'a scope that is an object': sign({ scope: { talk: true } }),
    'claims that are a list': sign([]),
    'a huge token': sign({ pad: 'x'.repeat(10_000) }),
    'an empty token': '',
    'a header that is not JSON': 'AAAA.BBBB.CCCC',
  }
  for (const [name, token] of Object.entries(attacks)) {
    it(`by ${name} is refused without a word of why`, async () => {
      const error = await verify(token).then(
        () => undefined,
        (thrown: Error) => thrown,
      )
      expect(error).toMatchObject(refusal)
      expect(error?.message).toBe(
        'Send a valid token: `Authorization: Bearer`, or `?token=` where headers cannot be set.',
      )
    })
  }

  it('by any other text is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async token => {
        await expect(verify(token)).rejects.toMatchObject(refusal)
      }),
    )
  })

  it('by a change of any character of a good token is refused', async () => {
    const good = sign({ tenant_id: 'acme' })
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(...'Aa0_.-'), async (at, other) => {
        const forged = good.slice(0, at) + other + good.slice(at + 1)
        // The last character of a signature carries two bits that decode to nothing.
        fc.pre(forged !== good && at !== good.length - 1)
        await expect(verify(forged)).rejects.toMatchObject(refusal)
      }),
    )
  })
})

describe('no token', () => {
  it('will do for this machine itself', async () => {
    expect(await verify(undefined, identity, near)).toMatchObject({ tenant: 'local', anonymous: true })
    expect(await verify(undefined, identity, { ...near, address: '::1', host: '[::1]:3000' })).toMatchObject({
      anonymous: true,
    })
  })

  const outsiders: Record<string, Remote> = {
    'another machine': far,
    'another machine that claims to be localhost': { ...far, host: 'localhost' },
    'a proxy on this machine': { ...near, forwarded: true },
    'a page whose name was pointed at loopback': { ...near, host: 'evil.example:3000' },
  }
  for (const [name, remote] of Object.entries(outsiders)) {
    it(`will not do for ${name}`, async () => {
      await expect(verify(undefined, identity, remote)).rejects.toMatchObject(refusal)
    })
  }

  it('will do for nobody when identity is required', async () => {
    const strict = createIdentity({ secret, anonymousOnLoopback: false })
    await expect(verify(undefined, strict, near)).rejects.toMatchObject(refusal)
  })

  it('is not what a bad token is taken for, even on this machine', async () => {
    await expect(verify('rubbish', identity, near)).rejects.toMatchObject(refusal)
  })
})

describe('a secret', () => {
  it('shorter than 32 characters is refused', () => {
    expect(() => createIdentity({ secret: 'short', anonymousOnLoopback: true })).toThrow(
      'JWT_SECRET must be at least 32 characters long',
    )
  })

  it('that is a public key is refused', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = await exportSPKI(publicKey)
    expect(() => createIdentity({ secret: pem, anonymousOnLoopback: true })).toThrow(/is a public key/)
  })
})

describe('a key set', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let server: Server | undefined
  let asked = 0
  let answer: { status: number; body: string }
  let clockMs = nowMs

  afterEach(() => {
    server?.close()
    server?.closeAllConnections()
  })

  async function serve(): Promise<Identity> {
    asked = 0
    clockMs = nowMs
    const jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) }
    const started = createServer((_, response) => {
      asked += 1
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
    server = started
    await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve))
    const { port } = started.address() as AddressInfo
    const jwksUrl = `http://127.0.0.1:${port}/keys`
    return createIdentity({ jwksUrl, anonymousOnLoopback: false, epochMs: () => clockMs })
  }

  async function signed(kid = 'one'): Promise<string> {
    const key = await importPKCS8(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'RS256')
    return new SignJWT({ tenant_id: 'acme' }).setProtectedHeader({ alg: 'RS256', kid }).sign(key)
  }

  it('verifies a token of its issuer and is fetched once', async () => {
    const issuer = await serve()
    const token = await signed()
    const principals = await Promise.all([issuer.verify(token, far), issuer.verify(token, far)])
    expect(principals[1]).toMatchObject({ tenant: 'acme' })
    await issuer.verify(token, far)
    expect(asked).toBe(1)
  })

  it('refuses its own public key used as an HMAC secret', async () => {
    const issuer = await serve()
    const confused = sign({}, { alg: 'HS256', kid: 'one' }, await exportSPKI(rsa.publicKey))
    await expect(issuer.verify(confused, far)).rejects.toMatchObject(refusal)
  })

  it('is not fetched again for each unknown kid', async () => {
    const issuer = await serve()
    await issuer.verify(await signed(), far)
    for (const kid of ['two', 'three', '../../etc/passwd']) {
      await expect(issuer.verify(await signed(kid), far)).rejects.toMatchObject(refusal)
    }
    expect(asked).toBe(1)
  })

  it('that fails is asked again only after five seconds, and says that a retry may help', async () => {
    const issuer = await serve()
    const token = await signed()
    const good = answer
    answer = { status: 500, body: 'no' }
    await expect(issuer.verify(token, far)).rejects.toMatchObject({ code: 'timeout', retryable: true })
    answer = good
    await expect(issuer.verify(token, far)).rejects.toMatchObject({ code: 'timeout' })
    expect(asked).toBe(1)
    clockMs += 5_001
    await expect(issuer.verify(token, far)).resolves.toMatchObject({ tenant: 'acme' })
  })

  it('of more than 256 KiB is refused', async () => {
    const issuer = await serve()
    answer = { status: 200, body: JSON.stringify({ keys: [], pad: 'x'.repeat(300_000) }) }
    await expect(issuer.verify(await signed(), far)).rejects.toMatchObject({ code: 'timeout' })
  })
})
