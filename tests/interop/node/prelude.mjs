// What every script begins with: lines of JSON in, lines of JSON out.
import { createInterface } from 'node:readline';
import { createHash } from 'node:crypto';

const said = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line that the test tells, or `undefined` at the end. */
async function hear() {
  const { value, done } = await said.next();
  return done ? undefined : JSON.parse(value);
}

function tell(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function sha256(text) {
  return createHash('sha256').update(text, 'ascii').digest('base64url');
}

function why(error) {
  const chain = [];
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) {
    chain.push([one.code, one.error, one.error_description, one.message].filter(Boolean).join(': '));
  }
  return chain.join(' <- ') || String(error);
}
