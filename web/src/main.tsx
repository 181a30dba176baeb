import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import { readBoot } from './boot';
import { createFetcher } from './fetcher';
import icon from './icon.svg';
import './page.css';
import { storage } from './storage';
import { prepareTabs, showInAddress } from './tabs';
import './workers';
import { WrapLines } from './WrapLines';

const WELCOME = `# Allotment: plans, quotas, credits and usage behind one graph.
# Open the book on the left for the manual. Credentials go under Headers, below:
#   { "Authorization": "Bearer …" }

query Hello {
  __typename
}
`;

const boot = await readBoot();
const open = prepareTabs(boot);

createRoot(document.getElementById('app')!).render(
  <GraphiQL
    fetcher={createFetcher(boot)}
    storage={storage}
    defaultQuery={WELCOME}
    defaultHeaders={boot.defaultHeaders}
    initialQuery={open?.query ?? WELCOME}
    initialVariables={open?.variables ?? ''}
    initialHeaders={open?.headers ?? boot.defaultHeaders}
    shouldPersistHeaders
    showPersistHeadersSettings={false}
    onTabChange={showInAddress}
    schemaDescription
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <span className="brand">
        <img src={icon} alt="" /> Allotment
      </span>
    </GraphiQL.Logo>
    <WrapLines />
  </GraphiQL>,
);
