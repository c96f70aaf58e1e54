import { writeFileSync as w, createWriteStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { otlp } from './test/tools/traces/sources/otlp-file.ts';
import { requestTrace } from './test/tools/traces/request-trace.ts';
const T = requestTrace(); const D='/tmp/sibA/';
const doc = (): any => structuredClone(otlp(T));
const spans = (d:any) => d.resourceSpans.flatMap((r:any)=>r.scopeSpans.flatMap((s:any)=>s.spans));
const put = (n:string, ch:(s:any,i:number)=>void, d=doc()) => { spans(d).forEach(ch); w(D+n+'.json', JSON.stringify(d)+'\n'); };
put('00-intact', ()=>{});
put('01-space-ids', s=>{ s.traceId=` ${s.traceId} `; s.spanId=`${s.spanId}\n`; });
put('02-ambiguous32', s=>{ s.traceId='ABCDEFABCDEFABCDEFABCDEFABCDEFAB'; });
put('02b-hexlike-base64-16', s=>{ s.spanId=Buffer.from(s.spanId,'hex').toString('base64'); s.parentSpanId=s.parentSpanId?Buffer.from(s.parentSpanId,'hex').toString('base64'):''; });
put('03-zero-parent-0x', s=>{ s.parentSpanId ||= '0x0000000000000000'; });
put('04-no-traceid', (s,i)=>{ if(i==3) delete s.traceId; });
{ const a=doc(),b=doc(); a.resourceSpans.splice(5); b.resourceSpans.splice(0,5); w(D+'05a.json',JSON.stringify(a)); w(D+'05b.json',JSON.stringify(b)); }
{ const a=doc(),b=doc(); spans(b).forEach((s:any,i:number)=>{ if(i==9) s.endTimeUnixNano=String(BigInt(s.endTimeUnixNano)+1000000n)}); w(D+'06-same-span-other-end.json',JSON.stringify(a)+'\n'+JSON.stringify(b)+'\n'); }
w(D+'07-gzip-gzip.json.gz', gzipSync(gzipSync(JSON.stringify(doc()))));
w(D+'08-utf16.json', Buffer.from('\uFEFF'+JSON.stringify(doc()),'utf16le'));
w(D+'08b-utf16-nobom.json', Buffer.from(JSON.stringify(doc()),'utf16le'));
w(D+'08c-utf16-gz.gz', gzipSync(Buffer.from('\uFEFF'+JSON.stringify(doc()),'utf16le')));
put('09-float-string', s=>{ s.startTimeUnixNano=String(Number(s.startTimeUnixNano)).replace(/^(\d)(\d+)$/,'$1.$2e18'); s.endTimeUnixNano=s.endTimeUnixNano.replace(/^(\d)(\d+)$/,'$1.$2E+18'); });
put('09b-1.7e18', (s,i)=>{ if(i==9) s.startTimeUnixNano='1.7e18'; });
put('10-negative', (s,i)=>{ if(i==9) s.startTimeUnixNano='-1772445600000000000'; });
put('11-nan', (s,i)=>{ if(i==9) s.startTimeUnixNano='NaN'; });
w(D+'11b-nan-bare.json', JSON.stringify(doc()).replace(/"startTimeUnixNano":"\d+"/,'"startTimeUnixNano":NaN'));
put('12-double-nan-inf', s=>{ s.attributes.push({key:'d',value:{doubleValue:'NaN'}},{key:'e',value:{doubleValue:'Infinity'}},{key:'f',value:{doubleValue:'-Infinity'}}); });
put('13-kvlist-1000', (s,i)=>{ if(i) return; let v:any={stringValue:'x'}; for(let k=0;k<1000;k++) v={kvlistValue:{values:[{key:'k',value:v}]}}; s.attributes.push({key:'deep',value:v}); });
put('14-bytes', s=>{ s.attributes.push({key:'b',value:{bytesValue:'AAEC/w=='}},{key:'bu',value:{bytesValue:'AAEC_w'}},{key:'bx',value:{bytesValue:'not base64!'}}); });
put('15-kind-names', s=>{ s.kind=['SPAN_KIND_UNSPECIFIED','SPAN_KIND_INTERNAL','SPAN_KIND_SERVER','SPAN_KIND_CLIENT'][s.kind]; s.status.code='STATUS_CODE_ERROR'; });
put('15b-kind-short', s=>{ s.kind=['','internal','server','client'][s.kind]; });
put('15c-kind-SERVER', s=>{ s.kind=['','INTERNAL','SERVER','CLIENT'][s.kind]; s.status={code:'ERROR'}; });
const snake=(v:any):any=>Array.isArray(v)?v.map(snake):typeof v!=='object'||!v?v:Object.fromEntries(Object.entries(v).map(([k,x])=>[k.replace(/[A-Z]/g,l=>'_'+l.toLowerCase()),snake(x)]));
w(D+'16-snake.json', JSON.stringify(snake(doc()))+'\n');
{ const d=snake(doc()); const r=d.resource_spans; for (const one of r) for (const sc of one.scope_spans) { one.instrumentation_library_spans=[{instrumentation_library:{name:'x'},spans:sc.spans}]; } for (const one of r) delete one.scope_spans; w(D+'16b-snake-old.json', JSON.stringify(d)); }
{ const d=doc(); for (const one of d.resourceSpans) one.scope_spans=null; w(D+'16c-both-names-null.json', JSON.stringify(d)); }
put('17-kind-float', s=>{ s.kind = `${s.kind}.0`; });
put('17b-count-exp', s=>{ s.droppedAttributesCount='0'; s.flags=257; s.traceState=''; });
put('17c-int-exp', s=>{ s.attributes.push({key:'n',value:{intValue:'1e3'}},{key:'m',value:{intValue:3.0}},{key:'o',value:{intValue:'9223372036854775807'}}); });
put('18-bool-string', s=>{ s.attributes.push({key:'n',value:{boolValue:'true'}}); });
put('19-proto-key', s=>{ s.attributes.push({key:'__proto__',value:{stringValue:'x'}},{key:'constructor',value:{stringValue:'y'}}); });
put('19b-dup-json-key', s=>{});
w(D+'20-concat-arrays.json', JSON.stringify([doc()])+'\n'+JSON.stringify([{}])+'\n');
w(D+'21-rs.json', '\x1e'+JSON.stringify(doc())+'\n');
w(D+'22-trailing-comma.json', JSON.stringify(doc())+',\n'+JSON.stringify({resourceSpans:[]})+'\n');
w(D+'23-cr-only.json', JSON.stringify(doc(),null,1).replaceAll('\n','\r'));
put('24-lone-surrogate', s=>{ s.name+='\ud800'; });
put('25-status-deprecated', s=>{ s.status={deprecatedCode:'DEPRECATED_STATUS_CODE_INTERNAL_ERROR', code:'2'}; });
put('26-service-name-int', s=>{}, (()=>{const d=doc(); for(const r of d.resourceSpans) r.resource.attributes.push({key:'service.name',value:{intValue:7}}); return d;})());
put('27-delay-absurd', (s)=>{ for(const a of s.attributes) if(a.key==='shakesapp.start_delay_us') a.value={doubleValue:'NaN'}; });
w(D+'28-docker.json', JSON.stringify({log:JSON.stringify(doc())+'\n',stream:'stdout',time:'2026-01-01T00:00:00Z'})+'\n');
w(D+'29-wrapped.json', JSON.stringify({data:doc()})+'\n');
w(D+'30-null-doc.json', 'null\n'+JSON.stringify(doc())+'\n');
// pretty cut in gzip
w(D+'31-pretty-cut.gz', gzipSync(JSON.stringify(doc(),null,2)).subarray(0,-200));
{ // line of 200 MB: pad
 const d=doc(); const pad='x'.repeat(1<<20); const one=JSON.stringify(d).slice(0,-2);
 const s=createWriteStream(D+'32-200mb.json'); s.write(one); for(let k=0;k<200;k++) s.write(`,{"resource":{"attributes":[{"key":"p","value":{"stringValue":"${pad}"}}]},"scopeSpans":[]}`); s.end(']}\n'); }
