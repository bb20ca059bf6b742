// The table of docs/conformance.md, from the cases and what each server did.
const cell = (text) => text.replaceAll('|', '\\|').replace(/[\0-\x1f\x7f-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
const shown = ({ verdict, saw, why }) => {
  if (verdict === 'right') return 'yes';
  if (verdict === 'allowed') return `allowed: ${cell(saw)}`;
  return verdict === 'skipped' ? `not provoked: ${cell(saw)}` : `**no**: ${cell(saw)}`;
};

export function table(cases, results) {
  const lines = [];
  let rfc = '';
  for (const each of cases) {
    if (each.rfc !== rfc) {
      rfc = each.rfc;
      lines.push('', `## RFC ${rfc}`, '', `| section | case | expected | ${results.map(({ name }) => name).join(' | ')} |`, `|---|---|---|${results.map(() => '---|').join('')}`);
    }
    lines.push(`| ${each.section} | ${cell(each.text)} | ${each.expect.says} | ${results.map(({ found }) => shown(found.get(each))).join(' | ')} |`);
  }
  return lines.join('\n');
}

export function summary(cases, results) {
  const row = ({ name, found }) => {
    const count = (verdict) => [...found.values()].filter((each) => each.verdict === verdict).length;
    return `| ${name} | ${count('right')} | ${count('allowed')} | ${count('wrong')} | ${count('skipped')} |`;
  };
  return ['', `${cases.length} cases.`, '', '| server | as expected | otherwise, and allowed | not as the RFC says | not provoked |', '|---|---|---|---|---|', ...results.map(row)].join('\n');
}
