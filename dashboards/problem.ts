/** Every error as RFC 9457 problem details: what, which code of shared/errors.ts, and which fields. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isConflict, isUnwritable } from '../shared/damaged.ts';
import { Fault, type FaultCode, faults } from '../shared/errors.ts';
import { inChinese } from './refusals/in-chinese.ts';
import { titles } from './refusals/words.ts';

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'A code of docs/generated/errors.md as a URN' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    zh: z.string().optional().meta({ description: 'For people, in Chinese: what `detail` says, or `title` where there is none' }),
    instance: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof problemSchema>;

const statusOf: Partial<Record<FaultCode, number>> = {
  'api/invalid': 400,
  'api/denied': 403,
  'api/unknown': 404,
  'desk/unknown': 404,
  'desk/transition': 409,
  'desk/conflict': 409,
  'desk/unwritable': 503,
  'fault/unknown': 404,
  'rule/invalid': 400,
  'store/query': 400,
  'store/unavailable': 503,
  'store/denied': 503,
  'mqtt/closed': 503,
  'transport/timeout': 504,
};

function zhOf({ type, status, detail, errors }: Omit<Problem, 'instance'>): string {
  if (detail !== undefined && /\p{Script=Han}/u.test(detail)) return detail.split(' / ')[0] as string;
  const said = detail === undefined ? undefined : inChinese(detail, errors);
  if (said !== undefined) return said;
  if (status === 429) return '请求过于频繁，请稍后再试';
  const title = titles[type.replace('urn:plantroom:', '') as FaultCode] ?? (status >= 500 ? '服务器内部错误' : '请求未被接受');
  return detail === undefined ? title : `${title}（${detail}）`;
}

export function sendProblem(reply: FastifyReply, problem: Omit<Problem, 'instance'>, instance: string): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problem, zh: zhOf(problem), instance }));
}

export function faultProblem(fault: Fault): Omit<Problem, 'instance'> {
  const status = typeof fault.detail?.status === 'number' ? fault.detail.status : (statusOf[fault.code] ?? 500);
  const all = fault.detail?.errors as Problem['errors'];
  const errors = all && fewest(all, (one) => one, 'body');
  return {
    type: `urn:plantroom:${fault.code}`,
    title: faults[fault.code].means,
    status,
    ...(status === 500 ? {} : { detail: fault.message }),
    ...(errors ? { errors } : {}),
  };
}

function problemOf(error: FastifyError): Omit<Problem, 'instance'> {
  if (error instanceof Fault) return faultProblem(error);
  if (isUnwritable(error)) return faultProblem(new Fault('desk/unwritable', faults['desk/unwritable'].means, { cause: error }));
  if (isConflict(error)) return faultProblem(new Fault('desk/conflict', faults['desk/conflict'].means, { cause: error }));
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const errors = fewest(
      error.validation,
      (issue) => ({
        field: shorten(issue.instancePath.replace(/^\//, '').replaceAll('/', '.')) || where,
        message: shorten(issue.message ?? 'not valid'),
      }),
      where,
    );
    const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
    return { type: 'urn:plantroom:api/invalid', title: faults['api/invalid'].means, status: 400, detail, errors };
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) return { type: 'about:blank', title: 'Internal error', status };
  return { type: status === 429 ? 'urn:plantroom:api/too-many' : 'urn:plantroom:api/invalid', title: error.message, status };
}

/** An enumeration of two hundred quantities helps nobody. */
const shorten = (message: string) => (message.length > 200 ? `${message.slice(0, 160)} … (see /api/openapi.json)` : message);

/** What is told of a request with many mistakes. */
const mostErrors = 20;
type FieldError = { field: string; message: string };
/** The first of them, and how many more there are. */
export function fewest<Issue>(issues: readonly Issue[], told: (issue: Issue) => FieldError, where: string): FieldError[] {
  const errors = issues.slice(0, mostErrors).map(told);
  const more = issues.length - errors.length;
  return more > 0 ? [...errors, { field: where, message: `and ${more} more mistakes` }] : errors;
}

/** What the router refuses before any handler of errors is there: an address that cannot be read or is too long. */
export const frameworkProblem = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  sendProblem(reply, { ...problemOf(error), title: 'The address cannot be read' }, request.url.split('?')[0]!.slice(0, 500));
};

export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && !(error instanceof Fault && error.retryable)) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem, request.url.split('?')[0]!);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      {
        type: 'urn:plantroom:api/unknown',
        title: faults['api/unknown'].means,
        status: 404,
        detail: `${request.method} ${request.url.split('?')[0]}`,
      },
      request.url.split('?')[0]!,
    ),
  );
}
