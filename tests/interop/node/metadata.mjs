// npm `ajv` validates documents by a JSON schema. The schema comes first, then the documents.
import { Ajv2020 } from 'ajv/dist/2020.js';

// Formats are the caller's to give; the schema uses this one.
const ajv = new Ajv2020({ allErrors: true, formats: { uri: (text) => URL.canParse(text) } });
const validate = ajv.compile(await hear());
for (let document = await hear(); document !== undefined; document = await hear()) {
  const accepted = validate(document);
  tell({ accepted, why: ajv.errorsText(validate.errors) });
}
