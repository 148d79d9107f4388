'use strict';
const report = JSON.parse(document.getElementById('data').textContent);
const ascending = values => [...values].sort((a, b) => a - b);
const median = values => {
  const sorted = ascending(values);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const spread = values => ({ middle: median(values), least: Math.min(...values), most: Math.max(...values) });
// Without the twentieth at each end.
const usual = values => {
  const end = Math.floor(values.length / 20);
  return spread(ascending(values).slice(end, values.length - end));
};
const over = (ours, others) => spread(ours.map((rate, i) => rate / others[i]));
const percent = value => (100 * value).toFixed(0) + ' %';
const times = value => value.toFixed(2);
const range = ({ least, most }, text) => `${text(least)} to ${text(most)}`;
const disturbed = row => row.disturbed ? `${row.disturbed} of ${row.rates.length}` : '';
// The share of the CPUs that others had; below half a percent nobody is there.
const others = row => row.stolen >= 0.005 ? percent(row.stolen) : '';
const throttled = row => row.throttled ? `≥ ${row.throttled}` : '';
// Times that CPUs were throttled during a row, by the key that the report has for it.
const throttles = key => report.clock.throttled[key] ?? 0;
const key = (name, row) => `${name}, ${row.engine}, ${row.threads} ${row.threads === 1 ? 'thread' : 'threads'}`;
// Tooltips are HTML.
const encode = text => echarts.format.encodeHTML(text);
const element = (name, text, className) => {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
};

// Why no share is stated of a row, or null, for each.
const unjudged = /*unjudged*/;
const kernels = report.rows.map((row, i) => {
  const counts = row.unit === 'GMAC/s';
  const rate = median(row.rates);
  return {
    ...row,
    nanos: (counts ? row.multiplyAdds : row.bytes) / rate,
    judged: unjudged[i] === null,
    throttled: throttles(key(row.name, row)),
    share: over(row.rates, row.peaks),
    macs: counts ? rate : rate * row.multiplyAdds / row.bytes,
    bandwidth: counts ? rate * row.bytes / row.multiplyAdds : rate,
  };
});
const peers = report.peers.map(row => ({ ...row, ratio: over(row.rates, row.theirs), throttled: throttles(key(`${row.name} beside ${row.peer}`, row)) }));
const models = report.models.map(row => ({ ...row, share: over(row.rates, row.allowed), speed: spread(row.rates), throttled: throttles(key(row.name, row)) }));
const starts = report.starts.map(row => ({ ...row, throttled: throttles(`${row.model} start`) }));
// The formats of which there is one small layer; there are many.
const isSmall = row => row.name.startsWith('Format ');
const large = kernels.filter(row => !isSmall(row));
const small = kernels.filter(isSmall);
const engines = [...new Set(kernels.map(row => row.engine))];
const hasEngines = engines.length > 1;
const called = row => hasEngines ? `${row.name} (${row.engine})` : row.name;
const tokens = value => value.toFixed(value < 100 ? 1 : 0);
const seconds = value => value.toFixed(2) + ' s';

function head() {
  document.getElementById('again').textContent = report.command || './tegula bench report';
  const judged = kernels.filter(row => row.judged);
  const apart = report.rows.concat(report.models).flatMap(row => row.coreToCore);
  document.getElementById('summary').textContent = [
    `${kernels.length} kernels`,
    ...(judged.length < kernels.length ? [`${judged.length} of them judged`] : []),
    `median share ${judged.length ? percent(median(judged.map(row => row.share.middle))) : 'unknown'}`,
    `measured ${report.date}`,
    ...(report.commit ? [`commit ${report.commit}`] : []),
  ].join(', ');
  for (const [term, text] of [
    ['CPU', `${report.machine.cpu}, ${report.machine.threads} CPUs`],
    ['System', report.machine.system],
    ['Frequency', /*frequency*/],
    ['Throttling', /*throttling*/],
    ['JVM', report.machine.jvm],
    ['Options', report.options.join(' ') || 'none'],
    ...(kernels.length ? [['Kernels', `${engines.join(', ')}; ${kernels[0].threads} ${kernels[0].threads > 1 ? 'threads share' : 'thread does'} a call`]] : []),
    ['Limits', Object.entries(report.ceilings).map(([name, value]) =>
      `${name} ${value.toFixed(1)} ${name.startsWith('read') ? 'GB/s' : 'GMAC/s'}`).sort().join(', ')],
    ...(apart.length ? [['Core to core', `${median(apart).toFixed(0)} ns, in nine of ten rounds ${range(usual(apart), value => value.toFixed(0))}`]] : []),
  ]) {
    document.getElementById('machine').append(element('dt', term), element('dd', text));
  }
  if (report.missing.length) {
    const list = document.createElement('ul');
    list.append(...report.missing.map(line => element('li', line)));
    document.getElementById('missing').append(element('h2', 'What is missing'), list);
  }
}

// What is folded has no width of its own.
const widthOf = place => place.clientWidth || document.querySelector('h1').clientWidth;
const charts = [];
const heightOf = place => parseFloat(getComputedStyle(place).height);
// Options are a function, since some of them depend on the width.
function plot(place, options) {
  const chart = echarts.init(place, null, { renderer: 'svg', width: widthOf(place), height: heightOf(place) });
  const draw = () => {
    chart.setOption({ animation: false, ...options() }, true);
    scalable(chart);
  };
  charts.push({ chart, draw });
  draw();
}
// So that paper, whose width is not known here, can make it smaller.
const scalable = chart => chart.getDom().querySelector('svg').setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
window.onresize = () => charts.forEach(({ chart, draw }) => {
  chart.resize({ width: widthOf(chart.getDom()) });
  draw();
});

const colors = ['#1f5fa8', '#b3541e', '#3d7d3a', '#7a4a9e', '#8a6d1d'];
const GRID = { left: 60, right: 20, top: 50, bottom: 50 };

// A bar to the middle of each row's rounds, and a line over it from the least to the most.
function bars(place, rows, { name, of, text, least }) {
  place.style.height = 50 + 18 * rows.length + 'px';
  const most = Math.max(least, ...rows.map(row => Math.min(of(row).most, 1.5 * Math.max(least, of(row).middle))));
  const interval = most <= 1.5 ? 0.25 : most <= 3 ? 0.5 : 1;
  plot(place, () => ({
    grid: { left: 10, right: 10, top: 30, bottom: 10, containLabel: true },
    tooltip: { formatter: point => `${encode(name(rows[point.dataIndex]))}<br>${range(of(rows[point.dataIndex]), text)}` },
    xAxis: { type: 'value', min: 0, max: interval * Math.ceil(most / interval), interval, position: 'top', axisLabel: { formatter: text } },
    yAxis: [rows.map(name), rows.map(row => text(of(row).middle))].map(texts =>
      ({ type: 'category', inverse: true, data: texts, axisLabel: { fontSize: 11, interval: 0, color: '#1c2430' }, axisTick: { show: false } })),
    series: [
      { type: 'bar', data: rows.map(row => of(row).middle), barWidth: 10, itemStyle: { color: '#1f5fa8' },
        markLine: { silent: true, symbol: 'none', animation: false, lineStyle: { color: '#b3541e', type: 'solid' },
          label: { show: false }, data: [{ xAxis: 1 }] } },
      { type: 'custom', silent: true, clip: true, data: rows.map((row, i) => [i, of(row).least, of(row).most]),
        renderItem: (params, api) => {
          const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]);
          return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: '#1c2430', lineWidth: 1.5 } };
        }, encode: { x: [1, 2], y: 0 } },
    ],
  }));
}

// Those that are long enough; first what multiplies.
function shares(place, rows) {
  const judged = rows.filter(row => row.judged).sort((a, b) => b.multiplies - a.multiplies);
  if (judged.length) bars(place, judged, { name: called, of: row => row.share, text: percent, least: 1 });
}

function fold(id, text) {
  const details = document.getElementById(id);
  if (!small.length) details.remove();
  else details.querySelector('summary').textContent = text;
  return details;
}

// What decoding gives after so many positions, with its range, and what the limit would let through.
function decoding(place, rows) {
  const names = [...new Set(rows.map(row => row.model))];
  const points = name => rows.filter(row => row.model === name).sort((a, b) => a.context - b.context);
  plot(place, () => ({
    color: colors,
    grid: GRID,
    legend: { data: names.flatMap(name => [name, `${name}: limit`]), top: 0 },
    tooltip: { formatter: point => point.data.row
      ? `${encode(point.data.row.name)}<br>${tokens(point.data.row.speed.middle)} tokens/s, ${percent(point.data.row.share.middle)} of ${encode(point.data.row.limit)}` : '' },
    xAxis: { type: 'value', name: 'positions in the cache', nameLocation: 'middle', nameGap: 30, min: 0 },
    yAxis: { type: 'value', name: 'tokens/s', min: 0 },
    series: names.flatMap((name, i) => {
      const color = colors[i % colors.length];
      return [
        { name, type: 'line', symbol: 'circle', symbolSize: 7, lineStyle: { width: 2, color }, itemStyle: { color },
          label: { show: true, position: 'bottom', fontSize: 11, formatter: point => tokens(point.value[1]) },
          data: points(name).map((row, k, all) => ({ value: [row.context, row.speed.middle], row,
            label: { align: k === 0 ? 'left' : k === all.length - 1 ? 'right' : 'center' } })) },
        { name: `${name}: limit`, type: 'line', symbol: 'none', lineStyle: { width: 1.5, type: 'dashed', color }, itemStyle: { color },
          data: points(name).map(row => [row.context, median(row.allowed)]) },
        { type: 'custom', silent: true, data: points(name).map(row => [row.context, row.speed.least, row.speed.most]),
          renderItem: (params, api) => {
            const from = api.coord([api.value(0), api.value(1)]), to = api.coord([api.value(0), api.value(2)]);
            return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: color, lineWidth: 1.5 } };
          }, encode: { x: 0, y: [1, 2] } },
      ];
    }),
  }));
}

const share = row => row.judged ? percent(row.share.middle) : '–';

// A column: its name, what it sorts by, and what a number looks like. What opens under the first one is for looking closer, and to measure again.
const kernelColumns = [
  ['row', row => row.name],
  ...(hasEngines ? [['engine', row => row.engine]] : []),
  ['time', row => row.nanos, row => row.nanos >= 1e6 ? (row.nanos / 1e6).toFixed(2) + ' ms' : (row.nanos / 1e3).toFixed(1) + ' µs'],
  ['GMAC/s', row => row.multiplies ? row.macs : 0, row => row.multiplies ? row.macs.toFixed(1) : ''],
  ['GB/s', row => row.bandwidth, row => row.bandwidth.toFixed(1)],
  ['limit', row => row.limit],
  ['share', row => row.judged ? row.share.middle : -1, share],
  ['range', row => row.judged ? row.share.most - row.share.least : -1, row => row.judged ? range(row.share, percent) : ''],
  ['others', row => row.stolen, others],
  ['disturbed', row => row.disturbed, disturbed],
  ['throttled', row => row.throttled, throttled],
];
const kernelTable = (id, rows) =>
  ({ id, rows, filtered: true, words: row => `${row.name} ${row.engine} ${row.limit} ${row.kernel}`, more: row => [row.kernel, row.command], columns: kernelColumns });
const tables = [
  kernelTable('rows', large),
  kernelTable('formatRows', small),
  { id: 'peerRows', rows: peers, more: row => [row.command], columns: [
    ['product', row => row.name],
    ['peer', row => row.peer],
    ['engine', row => row.engine],
    ['ours', row => median(row.rates), row => `${median(row.rates).toFixed(1)} ${row.unit}`],
    ['theirs', row => median(row.theirs), row => `${median(row.theirs).toFixed(1)} ${row.unit}`],
    ['ratio', row => row.ratio.middle, row => times(row.ratio.middle)],
    ['range', row => row.ratio.most - row.ratio.least, row => range(row.ratio, times)],
    ['others', row => row.stolen, others],
    ['disturbed', row => row.disturbed, disturbed],
    ['throttled', row => row.throttled, throttled],
  ] },
  { id: 'modelRows', rows: models, more: row => [row.command], columns: [
    ['model', row => row.name],
    ['engine', row => row.engine],
    ['tokens/s', row => row.speed.middle, row => tokens(row.speed.middle)],
    ['range', row => row.speed.most - row.speed.least, row => range(row.speed, tokens)],
    ['GB/s', row => row.bytes / row.tokens * row.speed.middle, row => (row.bytes / row.tokens * row.speed.middle / 1e9).toFixed(1)],
    ['GMAC/s', row => row.multiplyAdds / row.tokens * row.speed.middle, row => (row.multiplyAdds / row.tokens * row.speed.middle / 1e9).toFixed(1)],
    ['J/token', row => row.joules.length ? median(row.joules) : 0, row => row.joules.length ? median(row.joules).toPrecision(3) : '–'],
    ['limit', row => row.limit],
    ['share', row => row.share.middle, row => percent(row.share.middle)],
    ['others', row => row.stolen, others],
    ['disturbed', row => row.disturbed, disturbed],
    ['throttled', row => row.throttled, throttled],
  ] },
  { id: 'startRows', rows: starts, more: row => [row.command], columns: [
    ['start of a JVM', row => row.model],
    ['loaded', row => median(row.load), row => seconds(median(row.load))],
    ['loaded, range', row => median(row.load), row => range(spread(row.load), seconds)],
    ['first token', row => median(row.firstToken), row => seconds(median(row.firstToken))],
    ['first token, range', row => median(row.firstToken), row => range(spread(row.firstToken), seconds)],
    ['others', row => row.stolen, others],
    ['disturbed', row => row.disturbed, row => row.disturbed ? `${row.disturbed} of ${row.load.length}` : ''],
    ['throttled', row => row.throttled, throttled],
  ] },
];

function fill(table) {
  const { columns, sorted } = table;
  const words = (document.getElementById('filter')?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const shown = table.rows.filter(row => !table.filtered || words.every(word => table.words(row).toLowerCase().includes(word)));
  if (sorted.column >= 0) {
    const value = columns[sorted.column][1];
    shown.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sorted.ascending ? 1 : -1));
  }
  document.querySelector(`#${table.id} tbody`).replaceChildren(...shown.map(row => {
    const line = document.createElement('tr');
    columns.forEach(([, value, text], i) => {
      const cell = element('td', i ? (text ?? value)(row) : '', text ? 'number' : '');
      if (!i) {
        const more = document.createElement('details');
        more.append(element('summary', value(row)), ...table.more(row).flatMap(line => [element('code', line), document.createElement('br')]));
        cell.append(more);
      }
      line.append(cell);
    });
    return line;
  }));
  document.querySelectorAll(`#${table.id} th`).forEach((head, i) =>
    head.setAttribute('aria-sort', i !== sorted.column ? 'none' : sorted.ascending ? 'ascending' : 'descending'));
}

function heads(table) {
  const line = document.createElement('tr');
  table.sorted = { column: -1, ascending: true };
  table.columns.forEach(([name, , text], i) => {
    const head = element('th', '', text ? 'number' : '');
    const button = element('button', name);
    button.onclick = () => {
      table.sorted = { column: i, ascending: table.sorted.column === i ? !table.sorted.ascending : !text };
      fill(table);
    };
    head.append(button);
    line.append(head);
  });
  document.querySelector(`#${table.id} thead`).append(line);
}

// A section of which the report has no rows is left out.
const section = (id, rows, draw) => rows.length ? draw(document.getElementById(id), rows) : document.getElementById(id).closest('section').remove();

head();
section('modelShares', models, place => bars(place, models, { name: row => row.name, of: row => row.share, text: percent, least: 1 }));
// Of models of which it is known in several places.
section('decoding', models.filter(row => row.test === 'decode' && models.some(other => other.model === row.model && other.test === 'decode'
  && other.context !== row.context)), decoding);
section('ratios', peers, place => bars(place, peers, { name: row => `${row.name} beside ${row.peer}`, of: row => row.ratio, text: times, least: 1.25 }));
section('rooflines', kernels.filter(row => row.multiplyAdds), rooflines);
section('shares', kernels, place => {
  const short = unjudged.filter(reason => reason === 'SHORT').length;
  const between = unjudged.filter(reason => reason === 'BETWEEN').length;
  document.getElementById('unjudged').textContent = [
    ...(short ? [`No share (–) is stated of calls under ${/*short*/ / 1000} µs, here ${short}: starting the threads and looking at the clock are a large part of them.`] : []),
    ...(between ? [`None is stated of ${between} that use more than the last cache, but less than the ${report.machine.sizes.dram >> 20} MiB with which memory was measured: a part may be in that cache.`] : []),
  ].join(' ');
  shares(place, large);
  const details = fold('formatShares', `${small.length} rows of all other formats, on a small layer`);
  shares(details.querySelector('.plot'), small);
});
section('rows', kernels, () => fold('formatTable', `${small.length} rows of all other formats`));
const filled = tables.filter(table => table.rows.length);
// Mostly nobody was.
filled.forEach(table => {
  table.columns = table.columns.filter(([name, , text]) => !['others', 'disturbed', 'throttled'].includes(name) || table.rows.some(text));
});
filled.forEach(heads);
filled.forEach(fill);
document.getElementById('filter')?.addEventListener('input', event => {
  filled.filter(table => table.filtered).forEach(fill);
  if (event.target.value && small.length) document.getElementById('formatTable').open = true;
});
// On paper nothing can be opened: what is folded is unfolded, and the commands that open under the rows' names are listed once, each broken before options only.
document.getElementById('commands').append(...new Set(filled.flatMap(table => table.rows.map(row => row.command)))
  .values().map(command => {
    const line = document.createElement('li');
    line.append(...command.split(/ (?=-)/).flatMap(part => [element('code', part), ' ']));
    return line;
  }));
window.onbeforeprint = () => document.querySelectorAll('.folded').forEach(details => { details.open = true; });
