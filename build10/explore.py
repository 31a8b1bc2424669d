import torch, time
from tfmr.data import *
from tfmr.book.results import results_folder
from tfmr.translator import load_run
from tfmr.decoding import evaluating, greedy_decode, translate
t0=time.process_time()
run=load_run(results_folder("cross_attention","whole-run"),torch.device("cpu"))
model, corpus = run.model, load_corpus("grammar")
tok=run.src_tokenizer, run.tgt_tokenizer
print('load',time.process_time()-t0); t0=time.process_time()
pairs=[*corpus.test,*corpus.extra["long"]]
print(len(corpus.test),len(corpus.extra["long"]))
ex=encode_pairs(pairs,*tok)
B=BucketedBatches(ex,100)
BACK=6
@torch.no_grad()
def predict(batch, tgt):
    return model(batch.src,tgt[:,:-1]).log_softmax(-1)
clean,own,rand,cleanr=[ [] for _ in range(4)]
acc=[0,0]
gen=torch.Generator().manual_seed(0)
E2=[]
exact=0;n=0
with evaluating(model):
    for batch in B.batches(0):
        lp=predict(batch,batch.tgt); ans=batch.tgt[:,1:]; real=ans!=0
        choice=lp.argmax(-1); right=(choice==ans)|~real
        wrong=(~right)
        has=wrong.any(1); first=wrong.float().argmax(1)   # index t in ans: position t; in tgt t+1
        n+=len(ans); exact+=int((~has).sum())
        acc[0]+=int(((choice==ans)&real).sum()); acc[1]+=int(real.sum())
        # own wrong word put
        tgt=batch.tgt.clone(); rows=torch.arange(len(tgt))
        tgt[rows[has],first[has]+1]=choice[rows[has],first[has]]
        lp2=predict(batch,tgt)
        g=greedy_decode(model,batch.src).ids
        for b in rows[has].tolist():
            t=int(first[b])
            if choice[b,t]==2 or ans[b,t]==2: continue
            L=int(real[b].sum())
            for k in range(1,BACK+1):
                if t+k<L-1:
                    ownr = t+k<g.size(1) and g[b,t+k]==ans[b,t+k]
                    E2.append((k,lp[b,t+k,ans[b,t+k]].item(),lp2[b,t+k,ans[b,t+k]].item(),int(lp[b,t+k].argmax()==ans[b,t+k]),int(lp2[b,t+k].argmax()==ans[b,t+k]),int(ownr)))
        # random
        L=real.sum(1)
        place=(torch.rand(len(L),generator=gen)*(L-2).clamp(min=1)).long()
        tgt=batch.tgt.clone()
        tgt[rows,place+1]=torch.randint(4,lp.size(-1),(len(L),),generator=gen)
        lp3=predict(batch,tgt)
        for b in rows.tolist():
            for k in range(1,BACK+1):
                t=int(place[b])
                if t+k<int(L[b])-1:
                    rand.append((k,lp[b,t+k,ans[b,t+k]].item(),lp3[b,t+k,ans[b,t+k]].item(),int(lp[b,t+k].argmax()==ans[b,t+k]),int(lp3[b,t+k].argmax()==ans[b,t+k])))
print('t',time.process_time()-t0,'exact',exact,n,'acc',acc[0]/acc[1])
for name,d in(('own',E2),('rand',rand)):
    d=torch.tensor(d)
    for k in range(1,BACK+1):
        x=d[d[:,0]==k]; print(name,k,len(x),[round(v,3) for v in x[:,1:].mean(0).tolist()])
