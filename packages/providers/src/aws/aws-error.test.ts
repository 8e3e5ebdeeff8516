import { describe, expect, it } from 'vitest'
import { awsError } from './aws-error.js'

const thrown = (name: string, httpStatusCode?: number, message = 'said so', headers = {}) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, $response: { headers } })

describe('an error of AWS', () => {
  it.each([
    ['ThrottlingException', 400, 'provider_limited'],
    ['LimitExceededException', undefined, 'provider_limited'],
    ['ServiceQuotaExceededException', undefined, 'provider_limited'],
    ['UnrecognizedClientException', 403, 'provider_refused'],
    ['ExpiredTokenException', undefined, 'provider_refused'],
    ['InvalidSignatureException', 403, 'provider_refused'],
    ['CredentialsProviderError', undefined, 'provider_refused'],
    ['InvalidSsmlException', 400, 'provider_rejected'],
    ['TextLengthExceededException', 400, 'provider_rejected'],
    ['BadRequestException', undefined, 'provider_rejected'],
    ['ServiceUnavailableException', 503, 'provider_overloaded'],
    ['InternalFailureException', undefined, 'provider_failed'],
    ['ServiceFailureException', 500, 'provider_failed'],
    ['SyntaxError', 200, 'provider_failed'],
    ['Error', undefined, 'provider_unreachable'],
  ])('%s with status %s is %s', (name, status, code) => {
    expect(awsError('Amazon', thrown(name, status), 0).code).toBe(code)
  })

  it('says how to name a region', () => {
    expect(awsError('Amazon', new Error('Region is missing'), 0)).toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('AWS_REGION'),
    })
  })

  it('keeps the wait that it was told and nothing of the request', () => {
    const error = awsError('Amazon', thrown('ThrottlingException', 400, 'slow', { 'retry-after': '2' }), 0)
    expect(error.details).toMatchObject({ retryAfterMs: 2_000 })
    const refused = thrown('InvalidSignatureException', 403, `${'x'.repeat(400)} x-amz-security-token:SECRET`)
    const told = awsError('Amazon', refused, 0)
    expect(`${told.message}${told.stack}${String(told.cause)}`).not.toContain('SECRET')
  })
})
